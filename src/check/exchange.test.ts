import { describe, expect, test } from 'vitest';
import type { HttpExchange } from './evidence.ts';
import { attempt, exchange, fact, probeFailure, withoutCredentials } from './exchange.ts';
import { type HttpRequest, type HttpResponse, ProbeError } from './probes.ts';

const response = (over: Partial<HttpResponse> = {}): HttpResponse => ({
  status: 200,
  headers: {},
  rawHeaders: [],
  body: '',
  bodyBytes: 0,
  address: '127.0.0.1:8000',
  durationMs: 1,
  ...over,
});
const answering = (answer: HttpResponse | Error) => ({
  request: async () => {
    if (answer instanceof Error) throw answer;
    return answer;
  },
});
const sendTo = (answer: HttpResponse | Error, request: Partial<HttpRequest> = {}) =>
  exchange(answering(answer) as never, { url: 'http://api/', ...request });

describe('exchange', () => {
  test('resolves to the response with evidence of what was sent, GET by default', async () => {
    const answer = response();
    expect(await sendTo(answer)).toEqual({
      response: answer,
      actual: 'it answers 200',
      evidence: {
        kind: 'http',
        label: 'request',
        exchange: { request: { method: 'GET', url: 'http://api/', headers: {} }, response: answer },
      },
    });
  });

  test('names its evidence and shows method and headers, repeated names joined', async () => {
    const { evidence } = await exchange(
      answering(response()) as never,
      {
        url: 'http://api/',
        method: 'POST',
        headers: { a: '1' },
        moreHeaders: [
          ['a', '2'],
          ['b', '3'],
        ],
      },
      'preflight',
    );
    expect(evidence).toMatchObject({
      label: 'preflight',
      exchange: { request: { method: 'POST', headers: { a: '1, 2', b: '3' } } },
    });
  });

  test.each([
    [300, 'it answers 300 with Location: /login'],
    [302, 'it answers 302 with Location: /login'],
    [399, 'it answers 399 with Location: /login'],
    [299, 'it answers 299'],
    [400, 'it answers 400'],
  ])('names the target of a redirection and of no other answer: %s', async (status, actual) => {
    expect((await sendTo(response({ status, headers: { location: '/login' } }))).actual).toBe(actual);
  });

  test('names no target where a redirection has none, and no credentials in one', async () => {
    expect((await sendTo(response({ status: 304 }))).actual).toBe('it answers 304');
    const location = 'http://user:hunter2@auth/';
    expect((await sendTo(response({ status: 302, headers: { location } }))).actual).toBe(
      'it answers 302 with Location: http://user:*****@auth/',
    );
    const long = `/${'x'.repeat(1000)}`;
    const { actual } = await sendTo(response({ status: 302, headers: { location: long } }));
    expect(actual).toHaveLength('it answers 302 with Location: '.length + 300);
  });

  test('resolves to the failure of the probe, and rejects with any other error', async () => {
    const failure = { code: 'ECONNREFUSED', message: 'nothing is listening' };
    const found = await sendTo(new ProbeError(failure.code, failure.message));
    expect(found).toEqual({
      failure,
      actual: 'nothing is listening',
      evidence: {
        kind: 'http',
        label: 'request',
        exchange: { request: { method: 'GET', url: 'http://api/', headers: {} }, error: failure },
      },
    });
    await expect(sendTo(new TypeError('a defect'))).rejects.toThrow('a defect');
  });
});

describe('attempt', () => {
  test('resolves to the value, or to the failure with its details', async () => {
    expect(await attempt(Promise.resolve(5))).toEqual({ value: 5 });
    const failure = new ProbeError('NOAUTH', 'refused', { server: 'redis' });
    expect(await attempt(Promise.reject(failure))).toEqual({
      failure: { code: 'NOAUTH', message: 'refused', details: { server: 'redis' } },
    });
  });

  test('rejects with an error that is not of a probe', async () => {
    await expect(attempt(Promise.reject(new TypeError('a defect')))).rejects.toThrow('a defect');
    expect(() => probeFailure('text')).toThrow();
  });
});

test('a fact is evidence', () => {
  expect(fact('version', '16.2')).toEqual({ kind: 'fact', label: 'version', value: '16.2' });
});

describe('withoutCredentials', () => {
  const request = { method: 'GET', url: 'http://api/', headers: { accept: '*/*' } };

  test('returns an exchange without credentials as it is', () => {
    const clean: HttpExchange = {
      request,
      response: response({ headers: { a: '1' }, rawHeaders: [['A', '1']] }),
    };
    expect(withoutCredentials(clean)).toBe(clean);
    const failed: HttpExchange = { request, error: { code: 'x', message: 'y' } };
    expect(withoutCredentials(failed)).toBe(failed);
  });

  test.each<[place: string, exchange: HttpExchange]>([
    ['the address', { request: { ...request, url: 'http://u:hunter2@api/' } }],
    [
      'a header that was sent',
      { request: { ...request, headers: { accept: '*/*', authorization: 'Bearer hunter2' } } },
    ],
    [
      'a header of the response',
      { request, response: response({ headers: { a: '1', 'set-cookie': 'sid=hunter2; Path=/' } }) },
    ],
    [
      'a raw header',
      {
        request,
        response: response({
          rawHeaders: [
            ['A', '1'],
            ['Set-Cookie', 'sid=hunter2'],
          ],
        }),
      },
    ],
    [
      'an address that failed',
      { request: { ...request, url: 'http://u:hunter2@api/' }, error: { code: 'x', message: 'y' } },
    ],
  ])('masks credentials in %s and keeps the rest', (_place, given) => {
    const shown = withoutCredentials(given);
    expect(JSON.stringify(shown)).not.toContain('hunter2');
    const masked = JSON.stringify(given).replace(':hunter2@', ':*****@').replace('hunter2', '[redacted]');
    expect(shown).toEqual(JSON.parse(masked));
  });
});

import { describe, expect, test } from 'vitest';
import { type HttpRequest, type HttpResponse, ProbeError } from '../check/probes.ts';
import { response } from '../testing/responses.ts';
import { judgeLimit, type LimitOptions } from './rate-limit.ts';

type Given = HttpResponse | Error;

interface Run {
  /** Answers to the client of the check in this order, the last one for ever. */
  own: Given[];
  /** Answer to another client, which has another address. */
  other?: Given;
  url?: string;
  options?: Partial<LimitOptions>;
  remainingMs?: number;
  /** Kept from requests with a chosen address. */
  withoutAddress?: Error;
  token?: boolean;
}

/** Judges the limit of an API that counts by client; with what was sent and waited for. */
async function run({
  own,
  other = response(200),
  url = 'http://localhost:8000/login',
  options = {},
  remainingMs = 5000,
  withoutAddress,
  token = true,
}: Run) {
  const sent: HttpRequest[] = [];
  const pauses: number[] = [];
  let next = 0;
  const judged = await judgeLimit(
    {
      http: {
        request: async (request) => {
          sent.push(request);
          const isOwn = request.fromAddress !== undefined || withoutAddress || !url.includes('localhost');
          const given =
            withoutAddress && request.fromAddress
              ? withoutAddress
              : isOwn
                ? own[Math.min(next++, own.length - 1)]!
                : other;
          if (given instanceof Error) throw given;
          return given;
        },
      },
      ids: {
        uuid: async () => '00fafbff-ab5c-4e1d-9d4e-2f6b9f9d3c11',
        now: async () => Date.parse('2026-01-01T00:00:00Z'),
        pause: async ({ ms }: { ms: number }) => {
          pauses.push(ms);
        },
        token: async () =>
          token ? { available: true, token: 'mine' } : { available: false, token: '', enable: 'auth.token' },
      } as never,
      remainingMs: () => remainingMs,
    },
    { url, method: 'POST' },
    { statuses: [], maxRequests: 20, minimum: 2, ...options },
  );
  return { judged, sent, pauses };
}

const ok = response(200);
const refusal = (retryAfter: string, headers: Record<string, string> = {}) =>
  response(429, '', { 'retry-after': retryAfter, ...headers });
const limit = (remaining: number | undefined, of: number) =>
  response(200, '', {
    'ratelimit-limit': `${of}`,
    ...(remaining === undefined ? {} : { 'ratelimit-remaining': `${remaining}` }),
  });
const labelsOf = (evidence: readonly object[]) => evidence.map((each) => (each as { label: string }).label);

describe('the client of the check', () => {
  test('has a loopback address of its own, of parts from 1 to 250', async () => {
    const { sent, judged } = await run({ own: [ok, ok, refusal('1')] });
    expect(sent.map(({ fromAddress }) => fromAddress)).toEqual([...Array(3).fill('127.1.1.2'), undefined]);
    expect(labelsOf(judged.evidence)).toEqual(['request 1', 'request 3', 'client']);
    expect(judged.evidence.at(-1)).toMatchObject({ value: '127.1.1.2' });
  });

  test.each(['http://songs.example:8000/login', 'http://10.127.0.1/login'])(
    'has the default address where the API is elsewhere: %s',
    async (url) => {
      const { sent, judged } = await run({ url, own: [ok, ok, refusal('60')] });
      expect(sent.map(({ fromAddress }) => fromAddress)).toEqual([undefined, undefined, undefined]);
      expect(judged.evidence.at(-1)).toMatchObject({ value: 'the default address' });
    },
  );

  test('has an address of its own at 127.0.0.1 as well', async () => {
    const { sent } = await run({ url: 'http://127.0.0.1:8000/login', own: [ok, ok, refusal('1')] });
    expect(sent[0]?.fromAddress).toBe('127.1.1.2');
  });

  test('falls back to the default address where the first request cannot use its own', async () => {
    const { sent, judged } = await run({
      own: [ok, ok, refusal('60')],
      withoutAddress: new ProbeError('EADDRNOTAVAIL', 'no such address'),
    });
    expect(sent.map(({ fromAddress }) => fromAddress)).toEqual(['127.1.1.2', ...Array(3).fill(undefined)]);
    expect(judged.status).toBe('pass');
  });

  test('keeps its address where a later request fails', async () => {
    const { sent, judged } = await run({ own: [ok, new ProbeError('ECONNRESET', 'reset')] });
    expect(sent).toHaveLength(2);
    expect(judged).toMatchObject({ status: 'fail', code: 'unreachable', actual: 'reset' });
  });

  test('keeps its address where the first answer is late', async () => {
    const { sent, judged } = await run({ own: [new ProbeError('TIMEOUT', 'late')] });
    expect(sent).toHaveLength(1);
    expect(judged).toMatchObject({ status: 'fail', code: 'timeout' });
  });
});

describe('a request that is let through', () => {
  test.each([
    [399, 'no-limit', '3 requests in a row were let through'],
    [400, 'wrong-status', 'it answers 400 after 0 requests'],
    [404, 'no-endpoint', 'it answers 404 after 0 requests'],
    [405, 'no-endpoint', 'it answers 405 after 0 requests'],
    [403, 'needs-a-token', 'it answers 403 after 0 requests'],
    [503, 'wrong-status', 'it answers 503 after 0 requests'],
  ])('%i', async (status, code, actual) => {
    const { judged } = await run({ own: [response(status)], options: { maxRequests: 3 } });
    expect(judged).toMatchObject({ status: 'fail', code, actual });
  });

  test('has one of the statuses of the option alone', async () => {
    const { judged } = await run({ own: [ok], options: { statuses: [401] } });
    expect(judged).toMatchObject({ status: 'fail', code: 'wrong-status' });
  });

  test('has the token where the endpoint wants one, and is sent again', async () => {
    const { sent, judged } = await run({ own: [response(401), ok, ok, refusal('60')] });
    expect(sent.map(({ headers }) => headers?.authorization)).toEqual([
      undefined,
      ...Array(4).fill('Bearer mine'),
    ]);
    expect(judged).toMatchObject({ status: 'pass', requests: 3 });
  });

  test('is not sent again with the token where the refusal is a 403', async () => {
    const { judged, sent } = await run({ own: [response(403), ok] });
    expect(judged).toMatchObject({ status: 'fail', code: 'needs-a-token' });
    expect(sent).toHaveLength(1);
  });

  test('is not one that is refused with the token', async () => {
    const { judged, sent } = await run({ own: [response(401), response(401)] });
    expect(judged).toMatchObject({ status: 'fail', code: 'needs-a-token' });
    expect(sent).toHaveLength(2);
  });

  test('is not another refusal after refusals without a token', async () => {
    const { judged } = await run({ own: [response(401), response(403)], token: false });
    expect(judged).toMatchObject({
      status: 'fail',
      code: 'needs-a-token',
      actual: 'it answers 403 after 1 requests',
    });
  });

  test('is a refusal without a token where there is none, and no limit is judged by it', async () => {
    const { judged } = await run({ own: [response(401)], token: false, options: { maxRequests: 3 } });
    expect(judged).toMatchObject({
      status: 'skip',
      reason: 'the request needs a token, and there is none that this API accepts',
      enable: 'auth.token',
    });
  });
});

describe('no refusal', () => {
  test('is judged after exactly the requests of the option', async () => {
    const { judged, sent } = await run({ own: [ok], options: { maxRequests: 4 } });
    expect(judged).toMatchObject({
      status: 'fail',
      code: 'no-limit',
      actual: '4 requests in a row were let through',
    });
    expect(sent).toHaveLength(4);
    expect(labelsOf(judged.evidence)).toEqual(['request 1', 'request 4']);
  });

  test.each([
    [4, 'skip'],
    [5, 'skip'],
    [3, 'fail'],
  ])('with a named limit of %i', async (of, status) => {
    const { judged } = await run({ own: [limit(undefined, of)], options: { maxRequests: 4 } });
    expect(judged.status).toBe(status);
  });
});

describe('a refusal under the minimum', () => {
  test('is awaited once where its window ends in time, and the next one is counted from its start', async () => {
    const { judged, pauses } = await run({
      own: [limit(0, 3), refusal('2'), limit(2, 3), limit(1, 3), limit(0, 3), refusal('60')],
    });
    expect(pauses).toEqual([2100]);
    expect(judged).toMatchObject({ status: 'pass', requests: 4 });
  });

  test('is a failure after that', async () => {
    const { judged, pauses } = await run({ own: [ok, refusal('1')].concat([refusal('1')]) });
    expect(pauses).toEqual([1100]);
    expect(judged).toMatchObject({ status: 'fail', code: 'too-early', actual: '429 after 0 requests' });
  });

  test.each([
    ['2.9', 2900],
    ['3', 3000],
  ])('is not awaited where no time is left for the verdict: %s', async (_, ms) => {
    const { judged, pauses } = await run({ own: [ok, refusal('3')], remainingMs: ms + 2000 });
    expect(pauses).toEqual([]);
    expect(judged).toMatchObject({
      status: 'skip',
      reason: 'the window was used up before: 429 after 1 requests, Retry-After: 3 s',
      enable: 'verify again in 3 s',
    });
  });

  test.each([
    ['1', 'fail'],
    ['2', 'skip'],
  ])('with a named limit of %s', async (of, status) => {
    const { judged } = await run({ own: [ok, refusal('60', { 'ratelimit-limit': of })] });
    expect(judged.status).toBe(status);
  });

  test('takes the smaller limit of the refusal and of the answers before it', async () => {
    const own = [limit(undefined, 9), refusal('60', { 'ratelimit-limit': '1' })];
    expect((await run({ own })).judged).toMatchObject({ status: 'fail', code: 'too-early' });
    const reverse = [limit(undefined, 1), refusal('60', { 'ratelimit-limit': '9' })];
    expect((await run({ own: reverse })).judged).toMatchObject({ status: 'fail', code: 'too-early' });
  });
});

describe('the limit that the answers name', () => {
  const judge = async (own: Given[]) => (await run({ own: [...own, refusal('60')] })).judged;

  test('is not compared where nothing names what remains', async () => {
    expect((await judge(Array(9).fill(limit(undefined, 3)))).status).toBe('pass');
  });

  test.each([
    // Half of the limit may be given back between two answers.
    [4, 6, 'pass'],
    [4, 7, 'fail'],
    [1, 2, 'pass'],
    [1, 3, 'fail'],
  ])('%i, and %i requests with nothing left', async (of, requests, status) => {
    const judged = await judge(Array(requests).fill(limit(0, of)));
    expect(judged.status).toBe(status);
    if (status === 'fail')
      expect(judged).toMatchObject({
        code: 'other-limit',
        actual: `429 after ${requests} requests; the answers name ${of}`,
      });
  });

  test('counts what was given back meanwhile', async () => {
    // 4 of 4, then 4 are given back, then 4 again: 12 requests fit.
    const window = [limit(3, 4), limit(2, 4), limit(1, 4), limit(0, 4)];
    expect((await judge([...window, ...window, ...window])).status).toBe('pass');
    // Where nothing is given back, 7 requests contradict 4.
    expect((await judge([...window, limit(0, 4), limit(0, 4), limit(0, 4)])).status).toBe('fail');
  });

  test('counts nothing as given back where an answer does not name what remains', async () => {
    const own = [limit(3, 4), limit(undefined, 4), limit(2, 4), ...Array(5).fill(limit(0, 4))];
    expect((await judge(own)).status).toBe('fail');
  });

  test.each([
    [2, 3, 'fail'],
    [1, 1, 'pass'],
    [2, 4, 'pass'],
    [3, 4, 'fail'],
  ])('%i of %i are left before the refusal', async (left, of, status) => {
    expect((await judge([limit(left + 1, of), limit(left, of)])).status).toBe(status);
  });

  test.each([0, undefined])('%s contradicts nothing', async (of) => {
    const headers = {
      'ratelimit-remaining': '9',
      ...(of === undefined ? {} : { 'ratelimit-limit': `${of}` }),
    };
    expect((await judge(Array(5).fill(response(200, '', headers)))).status).toBe('pass');
  });

  test('is in the summary where it is another number', async () => {
    const equal = await judge([limit(1, 2), limit(0, 2)]);
    expect(equal).toMatchObject({ summary: '429 after 2 requests, Retry-After: 60' });
    const fewer = await judge([limit(1, 4), limit(0, 4)]);
    expect(fewer).toMatchObject({ summary: '429 after 2 requests, Retry-After: 60; the answers name 4' });
  });

  test('is known from the refusal alone as well', async () => {
    const own = [...Array(9).fill(ok), refusal('60', { 'ratelimit-limit': '3', 'ratelimit-remaining': '0' })];
    expect((await run({ own })).judged).toMatchObject({ status: 'fail', code: 'other-limit' });
  });
});

describe('other clients', () => {
  test('are not refused, and nothing is awaited', async () => {
    const { judged, pauses } = await run({ own: [ok, ok, refusal('1')] });
    expect(judged).toMatchObject({ summary: '429 after 2 requests, Retry-After: 1', requests: 3 });
    expect(pauses).toEqual([]);
  });

  test('get no answer, which is no refusal', async () => {
    const { judged } = await run({ own: [ok, ok, refusal('1')], other: new ProbeError('TIMEOUT', 'late') });
    expect(judged).toMatchObject({ summary: '429 after 2 requests, Retry-After: 1' });
  });

  test('are refused too: the window is awaited where there is time', async () => {
    const { judged, pauses } = await run({ own: [ok, ok, refusal('2')], other: refusal('2') });
    expect(judged).toMatchObject({
      summary: expect.stringMatching(/; awaited the next window for other clients$/),
    });
    expect(pauses).toEqual([2100]);
    expect(labelsOf(judged.evidence)).toContain('another client');
  });

  test.each([
    [3, 5000],
    [8, 60_000],
  ])('are refused too, for %i s of %i ms', async (seconds, remainingMs) => {
    const { judged, pauses } = await run({
      own: [ok, ok, refusal(`${seconds}`)],
      other: refusal(`${seconds}`),
      remainingMs,
    });
    expect(judged).toMatchObject({
      summary: expect.stringContaining(`; other clients are refused too for ${seconds} s`),
    });
    expect(pauses).toEqual([]);
  });
});

test('a Retry-After that is no time is shown in part', async () => {
  const { judged } = await run({ own: [ok, ok, refusal(`${'x'.repeat(200)}`)] });
  expect(judged).toMatchObject({
    code: 'bad-retry-after',
    actual: `429 with Retry-After: ${'x'.repeat(100)}: it is neither a whole number of seconds nor an HTTP date`,
  });
});

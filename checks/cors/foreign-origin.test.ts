import { describe, expect, it, test } from 'vitest';
import type { HttpRequest } from '../../src/check/probes.ts';
import { testCheck } from '../../src/check/tester.ts';
import { lookAlikesOf } from '../../src/suites/index.ts';
import {
  allowing as allowingAll,
  obstacles,
  origin,
  unserved,
  webAway,
} from '../../src/testing/cors-answers.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { refused, response } from '../../src/testing/responses.ts';
import { answerOf, type HttpAnswer, serving } from '../../src/testing/stub-probes.ts';
import foreign from './foreign-origin.ts';

/** An API of one path, which answers requests and preflights that name an origin. */
const at = (answer: HttpAnswer, preflight: HttpAnswer = answer, path = '/') =>
  serving(
    {
      [`GET ${path}`]: answer,
      [`OPTIONS ${path}`]: (request) => {
        if (request.headers?.['access-control-request-method'] === 'PUT') return answerOf(preflight, request);
        throw new TypeError('OPTIONS without Access-Control-Request-Method is no preflight');
      },
    },
    { headers: { origin: /^(null|https?:\/\/\S+)$/ }, timeoutMs: 4000 },
  );

const withHeaders = (headers: Record<string, string>) => at(allowingAll(headers));

/** Allows what a rule allows, with these further headers. */
const allowing = (isAllowed: (request: HttpRequest) => boolean, more: Record<string, string> = {}) =>
  at((request) => {
    const value = request.headers?.origin ?? '';
    return response(200, '', isAllowed(request) ? { 'access-control-allow-origin': value, ...more } : {});
  });

testCheck(
  foreign,
  {
    passes: [
      {
        when: 'no foreign origin is allowed',
        probes: withHeaders(origin),
        summary: 'none of 8 origins may read it',
      },
      {
        when: 'the path and the origin are those of the options',
        options: { path: '/songs', origin: 'https://songs.example' },
        probes: at(response(401), response(401), '/songs'),
      },
      {
        when: 'the web app has no address, and the origin is an option',
        options: { origin: 'http://songs.example' },
        stack: webAway,
        probes: withHeaders({}),
        summary: 'none of 8 origins may read it',
      },
      {
        when: 'the API allows its own origin',
        options: { foreign: ['http://localhost:8000'] },
        probes: allowing(({ headers }) => headers?.origin === 'http://localhost:8000'),
      },
      {
        when: 'preflights are refused or not served',
        probes: at(response(200), response(404)),
      },
      {
        when: 'an allowed one resembles it',
        probes: allowing(({ headers }) => headers?.origin === 'https://localhost:3000'),
        options: { alsoAllowed: ['https://localhost:3000/'] },
      },
      {
        when: 'the web app has no address',
        probes: withHeaders({}),
        stack: webAway,
        summary: /look-alikes were not tried: it does not run/,
      },
    ],
    fails: [
      ...obstacles(at),
      ...unserved(at),
      {
        when: 'every origin is allowed',
        code: 'any-origin',
        probes: withHeaders({ 'access-control-allow-origin': '*' }),
      },
      { when: 'the origin is reflected', code: 'reflected', probes: allowing(() => true) },
      {
        when: 'it is reflected with credentials',
        code: 'reflected-with-credentials',
        probes: allowing(() => true, { 'access-control-allow-credentials': 'true' }),
        actual: 'it allows https://foreign.example, with credentials',
      },
      {
        when: 'null is allowed',
        code: 'null-origin',
        probes: allowing(({ headers }) => headers?.origin === 'null'),
      },
      {
        when: 'any port is allowed',
        code: 'look-alike',
        probes: allowing(({ headers }) => /^http:\/\/localhost:\d+$/.test(headers?.origin ?? '')),
        expected: /of another port/,
      },
      {
        when: 'every preflight is granted',
        code: 'preflight-granted',
        probes: at(response(200), allowingAll({ 'access-control-allow-origin': '*' })),
        actual: 'it allows *',
      },
      {
        when: 'only the preflight of a look-alike is granted',
        code: 'preflight-granted',
        probes: allowing(
          ({ method, headers }) => method === 'OPTIONS' && /localhost\.foreign/.test(headers?.origin ?? ''),
        ),
      },
      {
        when: 'a preflight meets the rate limit',
        code: 'rate-limited',
        probes: at(response(200), response(429)),
      },
      { when: 'a preflight gets no answer', code: 'unreachable', probes: at(response(200), refused) },
      {
        when: 'a preflight is granted',
        code: 'preflight-granted',
        probes: allowing(({ method }) => method === 'OPTIONS'),
      },
    ],
  },
  { describe, it },
);

describe('look-alikes', () => {
  test.each([
    [
      'https://songs.example.test',
      [
        'https://songs.example.test.foreign.example',
        'https://foreignsongs.example.test',
        'https://foreign.songs.example.test',
        'https://songsxexample.test',
        'http://songs.example.test',
        'https://songs.example.test:8443',
      ],
    ],
    [
      'http://localhost:3000',
      [
        'http://localhost.foreign.example:3000',
        'http://foreignlocalhost:3000',
        'http://foreign.localhost:3000',
        'https://localhost:3000',
        'http://localhost:8443',
        'http://localhost:30001',
      ],
    ],
    ['http://[::1]:8443', ['https://[::1]:8443', 'http://[::1]:9443']],
    ['null', []],
  ])('of %s are origins that a browser can send', (given, expected) => {
    expect(lookAlikesOf(given).map(({ origin: each }) => each)).toEqual(expected);
  });
});

it('shows the response to each origin, and to three preflights', async () => {
  const labels = await evidenceLabels(foreign, { probes: at(response(200)) });
  expect(labels.slice(1)).toHaveLength(8 + 3);
  expect(labels.slice(0, 3)).toEqual(['pass', 'origin https://foreign.example', 'origin null']);
  expect(labels.slice(-3)).toEqual([
    'preflight of https://foreign.example',
    'preflight of null',
    'preflight of http://localhost.foreign.example:3000',
  ]);
});

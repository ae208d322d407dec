import { describe, expect, it, test } from 'vitest';
import type { HttpRequest, HttpResponse } from '../../src/check/probes.ts';
import { testCheck, verdictOf } from '../../src/check/tester.ts';
import { lookAlikesOf } from '../../src/suites/index.ts';
import { answering, refused, response, timedOut, unreadable } from '../../src/testing/responses.ts';
import allowed from './allowed-origin.ts';
import errors from './errors-keep-headers.ts';
import foreign from './foreign-origin.ts';
import preflight from './preflight.ts';

const web = 'http://localhost:3000';
const origin = { 'access-control-allow-origin': web };
const granted = {
  ...origin,
  'access-control-allow-methods': 'GET, PUT',
  'access-control-allow-headers': 'Authorization, Content-Type, traceparent, X-Service-Name',
};
const runner = { describe, it };
const oneOrigin = { services: { web: { url: 'http://localhost:8000' } } };
const webAway = { absent: { web: { reason: 'it does not run', hint: 'meatymusic up' } } };
const withHeaders = (headers: Record<string, string>) => answering(response(200, '', headers));
const obstacles = [
  { when: 'nothing answers', code: 'unreachable', probes: answering(refused) },
  { when: 'the answer is late', code: 'timeout', probes: answering(timedOut) },
  { when: 'the answer cannot be read', code: 'unreadable', probes: answering(unreadable) },
  { when: 'there are too many requests', code: 'rate-limited', probes: answering(response(429, '', origin)) },
] as const;
const unserved = [
  { when: 'the path serves nothing', code: 'no-endpoint', probes: answering(response(404)) },
  { when: 'the API fails', code: 'not-judged', probes: answering(response(500)) },
] as const;

testCheck(
  allowed,
  {
    passes: [
      { when: 'the origin is named', probes: withHeaders({ ...origin, vary: 'Accept, Origin' }) },
      { when: 'every origin is allowed', probes: withHeaders({ 'access-control-allow-origin': '*' }) },
      {
        when: 'the header is the same for all',
        probes: withHeaders(origin),
        summary: /the same for every origin/,
      },
      {
        when: 'no cache keeps the answer',
        probes: withHeaders({ ...origin, 'cache-control': 'private, no-store' }),
        summary: /never cached/,
      },
      {
        when: 'cookies are allowed',
        probes: withHeaders({ ...origin, vary: 'origin', 'access-control-allow-credentials': 'true' }),
        options: { credentials: true },
      },
      { when: 'a token is needed', probes: answering(response(401, '', { ...origin, vary: '*' })) },
      {
        when: 'it is the origin of the API',
        probes: answering(refused),
        stack: oneOrigin,
        summary: /share the origin/,
      },
    ],
    fails: [
      ...obstacles,
      ...unserved,
      { when: 'the header is absent', code: 'no-header', probes: withHeaders({}) },
      {
        when: 'another origin is named',
        code: 'other-origin',
        actual: 'it answers 200, it allows https://other.example',
        probes: withHeaders({ 'access-control-allow-origin': 'https://other.example' }),
      },
      {
        when: 'there are several origins',
        code: 'several-values',
        probes: withHeaders({ 'access-control-allow-origin': `${web}, https://other.example` }),
      },
      {
        when: 'every origin is allowed, and cookies are sent',
        code: 'no-credentials',
        probes: withHeaders({
          'access-control-allow-origin': '*',
          'access-control-allow-credentials': 'true',
        }),
        options: { credentials: true },
      },
      {
        when: 'True is not true',
        code: 'no-credentials',
        probes: withHeaders({ ...origin, 'access-control-allow-credentials': 'True' }),
        options: { credentials: true },
      },
      {
        when: 'the answer differs by origin without Vary',
        code: 'no-vary',
        probes: answering(({ headers }) => response(200, '', headers?.origin === web ? origin : {})),
      },
      {
        when: 'the header needs an Origin, without Vary',
        code: 'no-vary',
        probes: answering(({ headers }) => response(200, '', headers?.origin ? origin : {})),
      },
    ],
    skips: [
      {
        when: 'the web app has no address',
        probes: answering(refused),
        stack: webAway,
        enable: 'meatymusic up',
      },
    ],
  },
  runner,
);

/** Allows what a rule allows, with these further headers. */
const allowing = (isAllowed: (request: HttpRequest) => boolean, more: Record<string, string> = {}) =>
  answering((request) => {
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
        summary: /none of \d+ origins may read/,
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
      ...obstacles,
      ...unserved,
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
        when: 'a preflight is granted',
        code: 'preflight-granted',
        probes: allowing(({ method }) => method === 'OPTIONS'),
      },
    ],
  },
  runner,
);

/** Answers the preflight, and GET of the path with this status. */
const preflighted = (answer: HttpResponse | Error, get: HttpResponse | Error = response(401)) =>
  answering(({ method, headers = {} }) => {
    if (method !== 'OPTIONS') return get;
    return 'access-control-request-method' in headers ? answer : response(404);
  });
const grantedBut = (more: Record<string, string>) => preflighted(response(204, '', { ...granted, ...more }));

testCheck(
  preflight,
  {
    passes: [
      {
        when: 'all is granted',
        probes: preflighted(response(204, '', granted)),
        summary: 'granted with 204',
      },
      {
        when: 'a safelisted method is not listed',
        probes: grantedBut({ 'access-control-allow-methods': '' }),
        options: { method: 'post' },
      },
      {
        when: 'a browser sends no preflight',
        probes: preflighted(response(404)),
        options: { method: 'GET', headers: ['Accept'] },
        summary: /without a preflight/,
      },
      {
        when: 'methods and headers are wildcards',
        probes: grantedBut({ 'access-control-allow-methods': '*', 'access-control-allow-headers': '*' }),
        options: { headers: ['traceparent'] },
      },
      {
        when: 'the path has no GET',
        probes: preflighted(response(204, '', granted), response(405)),
      },
      {
        when: 'OPTIONS names the methods of the path',
        probes: answering(({ method, headers = {} }) => {
          if (method !== 'OPTIONS') return response(404);
          return response(200, '', 'access-control-request-method' in headers ? granted : { allow: 'PUT' });
        }),
      },
      { when: 'it is the origin of the API', probes: answering(refused), stack: oneOrigin },
    ],
    fails: [
      ...obstacles.slice(0, 3),
      { when: 'there are too many requests', code: 'rate-limited', probes: preflighted(response(429)) },
      {
        when: 'the status is an error',
        code: 'wrong-status',
        probes: preflighted(response(405, '', granted)),
      },
      { when: 'it is redirected', code: 'wrong-status', probes: preflighted(response(307, '', granted)) },
      { when: 'the origin is absent', code: 'origin-missing', probes: preflighted(response(204)) },
      {
        when: 'cookies are not allowed',
        code: 'no-credentials',
        probes: preflighted(response(204, '', granted)),
        options: { credentials: true },
      },
      {
        when: 'the method is absent',
        code: 'method-missing',
        probes: grantedBut({ 'access-control-allow-methods': 'GET' }),
      },
      {
        when: 'the method is in lower case',
        code: 'method-missing',
        probes: grantedBut({ 'access-control-allow-methods': 'get, put' }),
        actual: 'allowed: get, put',
      },
      {
        when: 'patch in lower case is sent as it is',
        code: 'method-missing',
        probes: grantedBut({ 'access-control-allow-methods': 'PATCH' }),
        options: { method: 'patch' },
      },
      {
        when: 'traceparent is not allowed',
        code: 'headers-missing',
        actual: 'not allowed: traceparent, x-service-name',
        probes: grantedBut({ 'access-control-allow-headers': 'authorization, content-type' }),
      },
      {
        when: 'a wildcard is expected to include Authorization',
        code: 'headers-missing',
        actual: 'not allowed: authorization',
        probes: grantedBut({ 'access-control-allow-headers': '*' }),
      },
      {
        when: 'a wildcard is a name like any other with cookies',
        code: 'headers-missing',
        probes: grantedBut({
          'access-control-allow-headers': '*',
          'access-control-allow-credentials': 'true',
        }),
        options: { credentials: true, headers: ['traceparent'] },
      },
      {
        when: 'the path serves nothing',
        code: 'no-endpoint',
        probes: preflighted(response(404), response(404)),
      },
      { when: 'the path fails', code: 'not-judged', probes: preflighted(response(500), response(500)) },
    ],
    skips: [
      {
        when: 'it is granted on a path that was not seen to serve anything',
        probes: preflighted(response(204, '', granted), response(404)),
        reason: /GET http:\/\/localhost:8000\/api\/v1\/preferences answers 404/,
      },
      { when: 'the web app has no address', probes: answering(refused), stack: webAway },
    ],
  },
  runner,
);

it('asks for permissions as a browser does: in lower case, sorted, without safelisted headers', async () => {
  const asked: HttpRequest[] = [];
  await verdictOf(preflight, {
    probes: answering((request) => {
      asked.push(request);
      return response(204, '', granted);
    }),
    options: { method: 'put', headers: ['X-B', 'Accept', 'X-A', 'x-b'] },
  });
  expect(asked[0]?.headers).toEqual({
    origin: web,
    'access-control-request-method': 'PUT',
    'access-control-request-headers': 'x-a,x-b',
  });
});

testCheck(
  errors,
  {
    passes: [
      {
        when: 'every error has the header',
        probes: answering(({ url }) => response(url.endsWith('/me') ? 401 : 404, '', origin)),
        summary: '401 and 404 keep the header; no 5xx was seen (option paths)',
      },
      {
        when: 'a 500 keeps it too',
        probes: answering(response(500, '', origin)),
        summary: '500 keep the header',
      },
      { when: 'it is the origin of the API', probes: answering(refused), stack: oneOrigin },
    ],
    fails: [
      ...obstacles,
      { when: 'a path is no error', code: 'not-an-error', probes: answering(response(200, '', origin)) },
      { when: 'a 429 loses it', code: 'header-lost', probes: answering(response(429)) },
      {
        when: 'one error loses the header',
        code: 'header-lost',
        probes: answering(({ url }) => response(404, '', url.endsWith('/me') ? {} : origin)),
      },
      {
        when: 'cookies are sent, and every origin is allowed',
        code: 'header-lost',
        probes: answering(response(404, '', { 'access-control-allow-origin': '*' })),
        options: { credentials: true },
      },
    ],
    skips: [{ when: 'the web app has no address', probes: answering(refused), stack: webAway }],
  },
  runner,
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

import { describe, it } from 'vitest';
import { type HttpRequest, ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { inTurn, refused, response } from '../../src/testing/responses.ts';
import { type HttpAnswer, serving } from '../../src/testing/stub-probes.ts';
import check from './limits.ts';

const ok = response(200);
const over = response(429, '', { 'retry-after': '1', 'ratelimit-limit': '3' });
const left = (remaining: number, limit = 3) =>
  response(200, '', { 'ratelimit-limit': `${limit}`, 'ratelimit-remaining': `${remaining}` });
const late = (seconds: string) => response(429, '', { 'retry-after': seconds });
const none = { ids: { token: { available: false, token: '', enable: 'auth.token' } } };
const unauthorized = response(401);

/** An API of one path, for the requests that this check sends by default. */
const at = (answer: HttpAnswer) =>
  serving(
    { 'POST /api/v1/compose': answer },
    { headers: { 'content-type': 'application/json' }, body: '{"seed":"rate-limit"}' },
  );

/** A loopback address that no other client has, and that every system has. */
const ownAddress = /^127\.(?:[1-9]|[1-9]\d|1\d\d|2[0-4]\d|250)(?:\.(?:[1-9]|[1-9]\d|1\d\d|2[0-4]\d|250)){2}$/;

/** A limit for each client, who is its loopback address. */
function ownScope(...answers: Parameters<typeof inTurn>) {
  const next = inTurn(...answers);
  return ({ fromAddress = '' }: HttpRequest) => (ownAddress.test(fromAddress) ? next() : ok);
}
/** A limit that all clients share. */
const shared = inTurn;

testCheck(
  check,
  {
    passes: [
      {
        when: 'the fourth request is refused',
        probes: at(ownScope(ok, ok, ok, over)),
        summary: '429 after 3 requests, Retry-After: 1',
      },
      {
        when: 'Retry-After is a date',
        probes: at(ownScope(ok, ok, late('Thu, 01 Jan 2026 00:00:30 GMT'))),
      },
      { when: 'the window was used up before', probes: at(ownScope(over, ok, ok, ok, over)) },
      {
        when: 'there is one loopback address only',
        probes: at(
          (
            (next) => (request) =>
              request.fromAddress ? new ProbeError('EADDRNOTAVAIL', 'no such address') : next()
          )(shared(ok, ok, ok, over)),
        ),
      },
      {
        when: 'the API listens on IPv6 alone',
        probes: at(
          (
            (next) => (request) =>
              request.fromAddress ? refused : next()
          )(shared(ok, ok, ok, over)),
        ),
        summary: /awaited the next window/,
      },
      {
        when: 'another client has taken from the limit before',
        probes: at(ownScope(left(1), left(0), over)),
        summary: '429 after 2 requests, Retry-After: 1; the answers name 3',
      },
      {
        when: 'a bucket is filled again meanwhile',
        probes: at(ownScope(left(2), left(1), left(1), left(0), left(0), over)),
        summary: /^429 after 5 requests/,
      },
      {
        when: 'the limit is shared by all clients, for longer than there is time',
        probes: at(shared(ok, ok, ok, late('60'))),
        summary: /other clients are refused too for 60 s$/,
      },
      {
        when: 'failed logins are limited, by option',
        options: { statuses: [401] },
        probes: at(ownScope(unauthorized, unauthorized, over)),
      },
      {
        when: 'refusals for want of a token are limited',
        probes: { ...at(ownScope(unauthorized, unauthorized, over)), ...none },
        summary: /^429 after 2 requests, each answered with 401/,
      },
      {
        when: 'it needs a token',
        probes: at(
          (
            (next) => (request) =>
              request.headers?.authorization === 'Bearer token.valid.signature' ? next() : unauthorized
          )(shared(ok, ok, over)),
        ),
      },
    ],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: at(refused) },
      {
        when: 'no answer comes',
        code: 'timeout',
        probes: at(new ProbeError('TIMEOUT', 'no response')),
      },
      {
        when: 'the answer breaks off',
        code: 'unreadable',
        probes: at(new ProbeError('TRUNCATED', 'the body ended after 3 of 100 bytes')),
      },
      { when: 'the path serves nothing', code: 'no-endpoint', probes: at(response(404)) },
      { when: 'the path has no such method', code: 'no-endpoint', probes: at(response(405)) },
      { when: 'the token is refused', code: 'needs-a-token', probes: at(unauthorized) },
      {
        when: 'the permission is missing',
        code: 'needs-a-token',
        probes: at(response(403)),
      },
      { when: 'no request is refused', code: 'no-limit', probes: at(ok), options: { maxRequests: 5 } },
      {
        when: 'Retry-After is missing',
        code: 'no-retry-after',
        probes: at(ownScope(ok, ok, response(429))),
      },
      ...['soon', '-1', '1.5', 'soon 5', '1767225660'].map((retryAfter) => ({
        when: `Retry-After is ${retryAfter}`,
        code: 'bad-retry-after' as const,
        probes: at(ownScope(ok, ok, late(retryAfter))),
      })),
      { when: 'every request is refused', code: 'too-early', probes: at(over) },
      {
        when: 'the limit is lower than the minimum',
        code: 'too-early',
        probes: at(ownScope(left(0, 1), response(429, '', { 'retry-after': '60', 'ratelimit-limit': '1' }))),
      },
      {
        when: 'more is let through than announced',
        code: 'other-limit',
        probes: at(ownScope(left(2), left(1), left(0), left(0), left(0), left(0), over)),
        options: { minimum: 1 },
        actual: '429 after 6 requests; the answers name 3',
      },
      {
        when: 'a request is refused while more than half of the limit is left',
        code: 'other-limit',
        probes: at(ownScope(left(99, 100), left(98, 100), late('60'))),
      },
      { when: 'a request breaks', code: 'wrong-status', probes: at(response(500)) },
      { when: 'the body is refused', code: 'wrong-status', probes: at(response(422)) },
    ],
    skips: [
      {
        when: 'the window was used up before, for longer than there is time',
        probes: at(late('60')),
        enable: 'verify again in 60 s',
      },
      {
        when: 'the answers name a larger limit than this check reaches',
        probes: at(left(900, 1000)),
        options: { maxRequests: 5 },
        enable: "options['ratelimit/limits'].maxRequests: 1001",
      },
      {
        when: 'a token is needed and there is none',
        probes: { ...at(unauthorized), ...none },
        options: { maxRequests: 5 },
        enable: 'auth.token',
      },
    ],
  },
  { describe, it },
);

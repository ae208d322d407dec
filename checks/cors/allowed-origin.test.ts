import { describe, expect, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import {
  allowing,
  obstacles,
  oneOrigin,
  origin,
  unserved,
  web,
  webAway,
} from '../../src/testing/cors-answers.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { refused, response } from '../../src/testing/responses.ts';
import { type HttpAnswer, serving } from '../../src/testing/stub-probes.ts';
import allowed from './allowed-origin.ts';

const at = (answer: HttpAnswer) => serving({ 'GET /': answer });

const withHeaders = (headers: Record<string, string>) => at(allowing(headers));

/** Allows the web app its origin; what others get, and a request without an origin. */
const differing = (
  foreign: Record<string, string>,
  none: Record<string, string>,
  more: Record<string, string> = {},
) =>
  at(({ headers = {} }) => {
    if (headers.origin === undefined) return response(200, '', { ...none, ...more });
    return response(200, '', { ...(headers.origin === web ? origin : foreign), ...more });
  });

testCheck(
  allowed,
  {
    passes: [
      { when: 'the origin is named', probes: withHeaders({ ...origin, vary: 'Accept, Origin' }) },
      {
        when: 'the options name origin, path and time',
        options: { origin: 'https://songs.example/', path: '/v1/songs', withinMs: 250 },
        probes: serving(
          {
            'GET /v1/songs': allowing({
              'access-control-allow-origin': 'https://songs.example',
              vary: 'origin',
            }),
          },
          { headers: { origin: 'https://songs.example' }, timeoutMs: 250 },
        ),
        summary: 'https://songs.example is allowed',
      },
      {
        when: 'the answer differs by origin, and Vary names it among others',
        probes: differing({}, {}, { vary: 'Accept, Origin' }),
        summary: `${web} is allowed`,
      },
      {
        when: 'the header is * without a Vary, whatever others get',
        probes: at(({ headers }) =>
          allowing(headers?.origin === web ? { 'access-control-allow-origin': '*' } : {}),
        ),
        summary: '* is allowed',
      },
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
      { when: 'a token is needed', probes: at(response(401, '', { ...origin, vary: '*' })) },
      {
        when: 'it is the origin of the API',
        probes: {},
        stack: oneOrigin,
        summary: /share the origin/,
      },
    ],
    fails: [
      ...obstacles(at),
      ...unserved(at),
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
        probes: differing({}, origin),
        actual: 'Vary: (none); another origin, the answer allows none',
      },
      {
        when: 'the origin is reflected without Vary',
        code: 'no-vary',
        probes: differing({ 'access-control-allow-origin': 'https://foreign.example' }, origin),
        actual: /the answer allows https:\/\/foreign\.example$/,
      },
      {
        when: 'the header needs an Origin, without Vary',
        code: 'no-vary',
        probes: differing(origin, {}, { vary: 'Accept-Encoding, X-Origin' }),
        actual: 'Vary: Accept-Encoding, X-Origin; without an origin, the answer allows none',
      },
      {
        when: 'a later request meets the rate limit',
        code: 'rate-limited',
        probes: at(({ headers }) => (headers?.origin === web ? allowing(origin) : response(429))),
      },
      {
        when: 'a later request gets no answer',
        code: 'unreachable',
        probes: at(({ headers }) => (headers?.origin === web ? allowing(origin) : refused)),
      },
    ],
    skips: [
      {
        when: 'the web app has no address',
        probes: {},
        stack: webAway,
        reason: /it does not run/,
        enable: 'meatymusic up',
      },
    ],
  },
  { describe, it },
);

it('shows each response', async () => {
  const labels = (answer: HttpAnswer) => evidenceLabels(allowed, { probes: at(answer) });
  expect(await labels(allowing({ ...origin, vary: 'origin' }))).toEqual(['pass', 'allowed origin']);
  expect(await labels(allowing(origin))).toEqual([
    ...['pass', 'allowed origin', 'without an origin', 'another origin'],
  ]);
});

import { describe, expect, it } from 'vitest';
import type { HttpRequest, HttpResponse } from '../../src/check/probes.ts';
import { type FakeProbes, testCheck, verdictOf } from '../../src/check/tester.ts';
import { answering, refused, response, timedOut, unreadable } from '../../src/testing/responses.ts';
import badSignature from './bad-signature.ts';
import expired from './expired.ts';
import foreignKey from './foreign-key.ts';
import noToken from './no-token.ts';
import noneAlgorithm from './none-algorithm.ts';
import notYetValid from './not-yet-valid.ts';
import publicKeyAsSecret from './public-key-as-secret.ts';
import validToken from './valid-token.ts';
import wrongAudience from './wrong-audience.ts';
import wrongIssuer from './wrong-issuer.ts';

const runner = { describe, it };
const login = response(302, '', { location: '/login' });
const elsewhere = response(302, '', { location: '/v2/me' });
const challenge = (error: string) => ({ 'www-authenticate': `Bearer error="${error}"` });
const withoutToken: FakeProbes['ids'] = {
  token: { available: false, token: '', enable: 'auth.token' },
};

/** An API that knows one token; another answer for forged ones. */
function api({
  bare = response(401),
  valid = response(200),
  forged = response(401),
}: Partial<Record<'bare' | 'valid' | 'forged', HttpResponse | Error>> = {}) {
  return answering(({ headers = {} }: HttpRequest) => {
    const token = headers.authorization?.replace('Bearer ', '');
    if (token === undefined) return bare;
    return token === 'token.valid.signature' ? valid : forged;
  });
}

testCheck(
  noToken,
  {
    passes: [
      {
        when: 'it is refused, and a token is let in',
        probes: api(),
        summary: 'refused with 401, and let in with a token',
      },
      { when: 'it is redirected to a login', probes: api({ bare: login }), summary: /^refused with 302/ },
      {
        when: 'a token gets as far as the validation of the body',
        probes: api({ valid: response(422) }),
      },
      {
        when: 'the refusal is the configured one',
        probes: api({ bare: response(403) }),
        options: { status: 403 },
      },
    ],
    fails: [
      {
        when: 'nothing answers',
        code: 'unreachable',
        probes: api({ bare: refused }),
        actual: /nothing listens/,
      },
      { when: 'the answer is late', code: 'timeout', probes: api({ bare: timedOut }) },
      { when: 'the answer cannot be read', code: 'unreadable', probes: api({ bare: unreadable }) },
      { when: 'there are too many requests', code: 'rate-limited', probes: api({ bare: response(429) }) },
      {
        when: 'there are too many requests with a token',
        code: 'rate-limited',
        probes: api({ valid: response(429) }),
      },
      { when: 'there is no such endpoint', code: 'no-endpoint', probes: api({ bare: response(404) }) },
      { when: 'there is no such method', code: 'no-endpoint', probes: api({ bare: response(405) }) },
      {
        when: 'it is redirected elsewhere',
        code: 'redirected',
        probes: api({ bare: elsewhere }),
        actual: /\/v2\/me/,
      },
      { when: 'the API fails', code: 'not-judged', probes: api({ bare: response(503) }) },
      {
        when: 'it is let in',
        code: 'accepted',
        probes: api({ bare: response(200) }),
        actual: 'it answers 200',
      },
      { when: 'it is refused with 403', code: 'wrong-status', probes: api({ bare: response(403) }) },
      {
        when: 'a login is no refusal here',
        code: 'wrong-status',
        probes: api({ bare: login }),
        options: { status: 401 },
        actual: /with Location: \/login/,
      },
    ],
    skips: [
      {
        when: 'no token is known',
        probes: { ...api(), ids: withoutToken },
        reason: /as by an API that lets no token in/,
        enable: 'auth.token',
      },
      {
        when: 'the token is refused too',
        probes: api({ valid: response(401, '', challenge('invalid_token')) }),
        reason: /no token is let in: with the accepted one it answers 401 \(invalid_token\)/,
      },
    ],
  },
  runner,
);

testCheck(
  validToken,
  {
    passes: [
      { when: 'it is let in', probes: api() },
      {
        when: 'its answer is the configured one',
        probes: api({ valid: response(403) }),
        options: { accepts: [403] },
      },
      { when: 'something is created', probes: api({ valid: response(201) }), options: { method: 'POST' } },
    ],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: api({ valid: refused }) },
      { when: 'the answer is late', code: 'timeout', probes: api({ valid: timedOut }) },
      { when: 'the answer cannot be read', code: 'unreadable', probes: api({ valid: unreadable }) },
      { when: 'there are too many requests', code: 'rate-limited', probes: api({ valid: response(429) }) },
      { when: 'there is no such endpoint', code: 'no-endpoint', probes: api({ valid: response(404) }) },
      { when: 'it is redirected elsewhere', code: 'redirected', probes: api({ valid: elsewhere }) },
      { when: 'the API cannot verify it', code: 'not-judged', probes: api({ valid: response(503) }) },
      {
        when: 'it is refused',
        code: 'refused',
        probes: api({
          valid: response(401, '', { 'www-authenticate': 'Bearer error_description="unknown kid"' }),
        }),
        actual: 'it answers 401 (unknown kid)',
      },
      { when: 'it is forbidden', code: 'refused', probes: api({ valid: response(403) }) },
      { when: 'it is sent to the login', code: 'refused', probes: api({ valid: login }) },
      {
        when: 'the token has expired',
        code: 'token-expired',
        probes: {
          ...api({ valid: response(401) }),
          ids: { token: { available: true, token: 'token.valid.signature', expiresAt: 1_767_220_000 } },
        },
        actual: /expired at 2025-12-31T/,
      },
      {
        when: 'it lacks a scope',
        code: 'insufficient-scope',
        probes: api({ valid: response(403, '', challenge('insufficient_scope')) }),
      },
      { when: 'its body is not valid', code: 'wrong-status', probes: api({ valid: response(422) }) },
    ],
    skips: [{ when: 'there is no token', probes: { ...api(), ids: withoutToken }, enable: 'auth.token' }],
  },
  runner,
);

for (const check of [
  badSignature,
  expired,
  foreignKey,
  noneAlgorithm,
  notYetValid,
  publicKeyAsSecret,
  wrongAudience,
  wrongIssuer,
]) {
  const unproven = { accepted: undefined as never };
  const forgeries = { forgeries: [{ name: 'forged', token: 'x.y.z' }], notMade: [] };
  testCheck(
    check,
    {
      passes: [
        {
          when: 'it is refused, and the accepted token is let in',
          probes: api(),
          summary: '1 forged token refused and the accepted one let in',
        },
        {
          when: 'the refusal has the status of the request without a token',
          probes: api({ bare: response(403), forged: response(403) }),
        },
        {
          when: 'the accepted token lacks a scope',
          probes: api({ valid: response(403, '', challenge('insufficient_scope')) }),
        },
        {
          when: 'the accepted token gets as far as the body',
          probes: api({ valid: response(422) }),
        },
        {
          when: 'some could not be made',
          probes: {
            ...api(),
            ids: {
              forgeries: { ...forgeries, accepted: 'token.valid.signature', notMade: ['x5c'] },
            },
          },
          summary: /; not tried: x5c$/,
        },
      ],
      fails: [
        { when: 'nothing answers', code: 'unreachable', probes: api({ bare: refused }) },
        { when: 'the answer is late', code: 'timeout', probes: api({ forged: timedOut }) },
        { when: 'the answer cannot be read', code: 'unreadable', probes: api({ forged: unreadable }) },
        { when: 'there are too many requests', code: 'rate-limited', probes: api({ forged: response(429) }) },
        {
          when: 'there are too many of the control',
          code: 'rate-limited',
          probes: api({ valid: response(429) }),
        },
        {
          when: 'it is let in',
          code: 'accepted',
          probes: api({ forged: response(200) }),
          actual: /a token forged: it answers 200/,
        },
        {
          when: 'it is asked for a scope',
          code: 'accepted',
          probes: api({ forged: response(403, '', challenge('insufficient_scope')) }),
        },
        {
          when: 'it gets as far as the body',
          code: 'accepted',
          probes: api({ valid: response(422), forged: response(422) }),
        },
        {
          when: 'it is let in without an accepted token',
          code: 'accepted',
          probes: { ...api({ forged: response(200) }), ids: { forgeries: { ...forgeries, ...unproven } } },
        },
        {
          when: 'one of several is let in',
          code: 'accepted',
          probes: {
            ...answering(({ headers = {} }) =>
              response(
                { 'Bearer ok': 200, 'Bearer c': 200, 'Bearer b': 400 }[headers.authorization ?? ''] ?? 401,
              ),
            ),
            ids: {
              forgeries: {
                accepted: 'ok',
                notMade: [],
                forgeries: ['a', 'b', 'c'].map((token) => ({ name: token, token })),
              },
            },
          },
          actual: 'a token c: it answers 200',
        },
        { when: 'it is refused with 403', code: 'wrong-status', probes: api({ forged: response(403) }) },
        { when: 'it is a bad request', code: 'wrong-status', probes: api({ forged: response(400) }) },
        { when: 'the API fails', code: 'not-judged', probes: api({ forged: response(500) }) },
        { when: 'it is redirected elsewhere', code: 'redirected', probes: api({ forged: elsewhere }) },
        { when: 'there is no endpoint for it', code: 'no-endpoint', probes: api({ forged: response(404) }) },
      ],
      skips: [
        {
          when: 'the endpoint is public',
          probes: api({ bare: response(200) }),
          reason: /without a token it answers 200/,
          enable: 'meatymusic verify auth/no-token',
        },
        { when: 'there is no endpoint', probes: api({ bare: response(404) }) },
        {
          when: 'no token is let in',
          probes: api({ valid: response(401) }),
          reason: /no token is let in/,
          enable: 'meatymusic verify auth/valid-token',
        },
        {
          when: 'no accepted token is known',
          probes: { ...api(), ids: { forgeries: { ...forgeries, ...unproven } } },
          reason: /which an API that accepts none does as well/,
        },
        {
          when: 'none can be made',
          probes: {
            ...api(),
            ids: {
              forgeries: {
                forgeries: [],
                notMade: ['only the key signs them'],
                enable: 'auth.signingKeyFile',
              },
            },
          },
          reason: 'only the key signs them',
          enable: 'auth.signingKeyFile',
        },
      ],
    },
    runner,
  );
}

it('takes public keys from the configured key set', async () => {
  const asked: unknown[] = [];
  const probes = (keySet: HttpResponse): FakeProbes => ({
    http: {
      request: ({ url, headers = {} }) => {
        if (url.endsWith('/jwks')) return keySet;
        return response(headers.authorization === 'Bearer ok' ? 200 : 401);
      },
    },
    ids: {
      forgeries: (query) => {
        asked.push(query);
        return { forgeries: [{ name: 'forged', token: 'x' }], notMade: [], accepted: 'ok' };
      },
    },
  });
  const options = { jwks: 'http://localhost:1/jwks' };
  const judge = (keySet: HttpResponse) => verdictOf(publicKeyAsSecret, { probes: probes(keySet), options });
  expect(await judge(response(200, { keys: [] }))).toMatchObject({ status: 'pass' });
  expect(asked).toEqual([{ kind: 'public-key-as-secret', jwks: '{"keys":[]}' }]);
  expect(await judge(response(500))).toMatchObject({
    status: 'skip',
    reason: expect.stringContaining('answers 500'),
  });
  expect(await judge(response(200, 'no'))).toMatchObject({ status: 'skip' });
});

it('keeps the token out of the evidence', async () => {
  const verdict = await verdictOf(validToken, { probes: api({ valid: response(401) }) });
  expect(JSON.stringify(verdict)).not.toContain('token.valid.signature');
  expect(JSON.stringify(verdict)).toContain('Bearer [redacted]');
});

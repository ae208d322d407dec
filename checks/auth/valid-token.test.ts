import { describe, expect, it } from 'vitest';
import { testCheck, verdictOf } from '../../src/check/tester.ts';
import { refused, response, timedOut, unreadable } from '../../src/testing/responses.ts';
import { api, challenge, elsewhere, login, withoutToken } from '../../src/testing/token-answers.ts';
import validToken from './valid-token.ts';

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
      {
        when: 'something is created',
        probes: api({ valid: response(201) }, 'POST /api/v1/me'),
        options: { method: 'POST' },
      },
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
      {
        when: 'it is refused before the token expires',
        code: 'refused',
        probes: {
          ...api({ valid: response(401) }),
          ids: { token: { available: true, token: 'token.valid.signature', expiresAt: 1_767_225_600 } },
        },
      },
      {
        when: 'it is let in with a status that is not configured',
        code: 'wrong-status',
        probes: api({ valid: response(206) }),
        actual: 'it answers 206',
      },
      { when: 'it is a bad request', code: 'wrong-status', probes: api({ valid: response(400) }) },
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
  { describe, it },
);

it('keeps the token out of the evidence', async () => {
  const verdict = await verdictOf(validToken, { probes: api({ valid: response(401) }) });
  expect(JSON.stringify(verdict)).not.toContain('token.valid.signature');
  expect(JSON.stringify(verdict)).toContain('Bearer [redacted]');
});

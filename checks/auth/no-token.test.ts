import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { refused, response, timedOut, unreadable } from '../../src/testing/responses.ts';
import { api, challenge, elsewhere, login, withoutToken } from '../../src/testing/token-answers.ts';
import noToken from './no-token.ts';

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
        when: 'the API fails with the token',
        probes: api({ valid: response(500) }),
        reason: 'refused with 401, and the API fails before it judges the accepted token: it answers 500',
      },
      {
        when: 'the path serves nothing behind the authentication',
        probes: api({ valid: response(404) }),
        reason: /with the accepted token the path serves nothing: it answers 404/,
      },
      {
        when: 'the token is refused with another status',
        probes: api({ valid: response(403) }),
        reason: /with the accepted one it answers 403/,
      },
      {
        when: 'the token is refused too',
        probes: api({ valid: response(401, '', challenge('invalid_token')) }),
        reason: /no token is let in: with the accepted one it answers 401 \(invalid_token\)/,
      },
    ],
  },
  { describe, it },
);

import type { Forgeries, ForgeryKind, HttpRequest, HttpResponse } from '../check/probes.ts';
import type { CheckCases, FakeProbes } from '../check/tester.ts';
import type { refusedTokenCheck } from '../suites/index.ts';
import { refused, response, timedOut, unreadable } from './responses.ts';
import { serving } from './stub-probes.ts';

export const login = response(302, '', { location: '/login' });

export const elsewhere = response(302, '', { location: '/v2/me' });

export const challenge = (error: string) => ({ 'www-authenticate': `Bearer error="${error}"` });

export const withoutToken: FakeProbes['ids'] = {
  token: { available: false, token: '', enable: 'auth.token' },
};

/** An API with one endpoint that knows one token; another answer for forged ones. */
export function api(
  {
    bare = response(401),
    valid = response(200),
    forged = response(401),
  }: Partial<Record<'bare' | 'valid' | 'forged', HttpResponse | Error>> = {},
  route = 'GET /api/v1/me',
) {
  const tokens = /^Bearer (token\.\S+\.(?:signature|forged)|x\.y\.z)$/;
  return serving({
    [route]: ({ headers = {} }: HttpRequest) => {
      if (headers.authorization === undefined) return bare;
      const token = tokens.exec(headers.authorization)?.[1];
      if (token === undefined) throw new TypeError(`${headers.authorization} is no token of the check`);
      return token === 'token.valid.signature' ? valid : forged;
    },
  });
}

/** Identifiers with forged tokens of this kind alone. */
export const forgedAs = (kind: ForgeryKind, given: Forgeries): FakeProbes['ids'] => ({
  forgeries: (query) =>
    query.kind === kind ? given : new TypeError(`no token of the kind ${query.kind} is forged`),
});

/** The cases of a check that sends forged tokens of this kind. */
export function forgedTokenCases(
  kind: ForgeryKind,
): CheckCases<keyof ReturnType<typeof refusedTokenCheck>['codes'] & string> {
  const unproven = { accepted: undefined as never };
  const forgeries = { forgeries: [{ name: 'forged', token: 'x.y.z' }], notMade: [] };
  return {
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
          ids: forgedAs(kind, { ...forgeries, accepted: 'token.valid.signature', notMade: ['x5c'] }),
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
        expected:
          'GET http://localhost:8000/api/v1/me refuses a token forged with 401 or a redirect to a login',
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
        probes: { ...api({ forged: response(200) }), ids: forgedAs(kind, { ...forgeries, ...unproven }) },
      },
      {
        when: 'one of several is let in',
        code: 'accepted',
        probes: {
          ...serving({
            'GET /api/v1/me': ({ headers: { authorization = 'none' } = {} }) =>
              response(
                { 'Bearer ok': 200, 'Bearer c': 200, 'Bearer b': 400, 'Bearer a': 401, none: 401 }[
                  authorization
                ] ?? 418,
              ),
          }),
          ids: forgedAs(kind, {
            accepted: 'ok',
            notMade: [],
            forgeries: ['a', 'b', 'c'].map((token) => ({ name: token, token })),
          }),
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
        probes: { ...api(), ids: forgedAs(kind, { ...forgeries, ...unproven }) },
        reason: /which an API that accepts none does as well/,
      },
      {
        when: 'none can be made',
        probes: {
          ...api(),
          ids: forgedAs(kind, {
            forgeries: [],
            notMade: ['only the key signs them'],
            enable: 'auth.signingKeyFile',
          }),
        },
        reason: 'only the key signs them',
        enable: 'auth.signingKeyFile',
      },
    ],
  };
}

import { defineCheck, effectsOfMethod, integer, option, v } from '../../src/check/index.ts';
import { answerCodes, endpointOptions, TokenEndpoint } from '../../src/suites/index.ts';

const where = { path: '/api/v1/me', withRequestHeader: 'authorization' };

/** Verifies that a good token is let in: without it, an API that refuses every token would look protected. */
export default defineCheck({
  title: 'A valid token is accepted',
  failureTitle: 'A valid token is not accepted',
  why: 'An API that refuses every token passes every negative case.',
  after: ['api/health'],
  needs: ['http', 'ids'],
  uses: ['api'],
  effects: ({ method }) => effectsOfMethod(method),
  tags: ['contract', 'auth'],
  options: {
    ...endpointOptions,
    accepts: option(
      v.union([integer(100, 599), v.array(integer(100, 599))]),
      [200, 201, 202, 204],
      'Statuses of the response to an accepted token',
    ),
  },
  codes: {
    ...answerCodes,
    refused: {
      means: 'the token is refused',
      hint: 'compare issuer, audience and key set of the API with auth.issuer, auth.audience and auth.signingKeyFile; can the API fetch its key set? meatymusic logs api --since 5m',
    },
    'token-expired': {
      headline: 'The configured token has expired',
      means: 'the token of auth.token has expired, and the API refuses it',
      hint: 'set auth.token or MEATYMUSIC_AUTH_TOKEN to a fresh token, or auth.signingKeyFile to make them',
    },
    'insufficient-scope': {
      headline: 'The token is valid but lacks the rights for this path',
      means: 'the API answers 403 insufficient_scope: it trusts the token, which lacks a scope',
      hint: 'set auth.token to a token with the scope of this path, or name a path that it may call: options: { auth: { path: … } }',
    },
    'wrong-status': {
      headline: 'A valid token is answered with an unexpected status',
      means: 'the status is not one of the configured ones',
      hint: 'options: { auth/valid-token: { accepts: … } } names the status of this API, the option body what it needs; else: meatymusic logs api --since 5m',
    },
  },
  sabotage: [
    {
      name: 'the token does not reach the API',
      code: 'refused',
      kind: 'http',
      service: 'api',
      change: { ...where, removeRequestHeaders: ['authorization'] },
    },
    {
      name: 'it answers 500',
      code: 'not-judged',
      kind: 'http',
      service: 'api',
      change: { ...where, status: 500 },
    },
    {
      name: 'it answers 403 insufficient_scope',
      code: 'insufficient-scope',
      kind: 'http',
      service: 'api',
      change: {
        ...where,
        status: 403,
        setHeaders: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="songs:read"' },
      },
    },
    {
      name: 'it answers 422',
      code: 'wrong-status',
      kind: 'http',
      service: 'api',
      change: { ...where, status: 422 },
    },
  ],
  async run({ http, ids, stack, options, pass, fail, skip }) {
    const { available, token, enable, expiresAt } = await ids.token({ kind: 'valid' });
    if (!available) return skip('there is no token that this API accepts', enable);
    const statuses = [options.accepts].flat();
    const endpoint = new TokenEndpoint(http, stack.services.api, options);
    const { evidence, name } = endpoint;
    const answer = await endpoint.send('valid token', [401], token);
    const { judgement, status = 0, actual } = answer;
    if (statuses.includes(status))
      return pass(`let in with ${status}`, { count: 1, what: 'response' }, evidence);
    const found = { expected: `${name} answers ${statuses.join(' or ')}`, actual, evidence };
    if (judgement === 'refused' || judgement === 'other-refusal') {
      const isExpired = expiresAt !== undefined && expiresAt * 1000 < (await ids.now());
      if (!isExpired) return fail('refused', found);
      const since = new Date(expiresAt * 1000).toISOString();
      return fail('token-expired', { ...found, actual: `${actual}; the token expired at ${since}` });
    }
    if (judgement === 'accepted' && status === 403) return fail('insufficient-scope', found);
    if (judgement === 'accepted' || judgement === 'other-error') return fail('wrong-status', found);
    return fail(judgement, found);
  },
});

import { defineCheck, exchange, integer, option, v } from '../../src/check/index.ts';

/** Verifies that a good token is let in: without it, an API that refuses everybody would look well protected. */
export default defineCheck({
  title: 'A valid token is accepted',
  failureTitle: 'A valid token is not accepted',
  why: 'An API that refuses every token passes every negative case.',
  after: ['auth/no-token'],
  needs: ['http', 'ids'],
  uses: ['api'],
  tags: ['contract', 'auth'],
  options: {
    path: option(v.string(), '/api/v1/me', 'Path of an endpoint that needs a token'),
    status: option(integer(), 200, 'Status of its answer'),
  },
  codes: {
    unreachable: { means: 'nothing answers', hint: 'meatymusic status; meatymusic logs api' },
    refused: {
      means: 'the token is refused',
      hint: 'compare the issuer and the JWKS that the API knows with auth.issuer and auth.signingKeyFile',
    },
    'wrong-status': { means: 'it answers with another status', hint: 'meatymusic logs api --since 5m' },
  },
  sabotage: [
    {
      name: 'the token is lost on its way',
      code: 'refused',
      kind: 'http',
      service: 'api',
      change: { removeRequestHeaders: ['authorization'] },
    },
    {
      name: 'it answers 500',
      code: 'wrong-status',
      kind: 'http',
      service: 'api',
      change: { path: '/api/v1/me', withRequestHeader: 'authorization', status: 500 },
    },
  ],
  async run({ http, ids, stack, options, pass, fail, skip }) {
    const { available, token, enable } = await ids.token({ kind: 'valid' });
    if (!available) return skip('there is no token that this API accepts', enable);
    const url = new URL(options.path, stack.services.api.url).href;
    const headers = { authorization: `Bearer ${token}` };
    const { response, actual, evidence } = await exchange(http, { url, headers }, 'valid token');
    const found = { expected: `GET ${url} answers ${options.status}`, actual, evidence: [evidence] };
    if (!response) return fail('unreachable', found);
    if (response.status === 401 || response.status === 403) return fail('refused', found);
    if (response.status !== options.status) return fail('wrong-status', found);
    return pass(`let in with ${response.status}`, { count: 1, what: 'response' }, [evidence]);
  },
});

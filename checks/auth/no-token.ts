import { defineCheck, effectsOfMethod } from '../../src/check/index.ts';
import {
  describeRefusals,
  isLetIn,
  isObstacle,
  isRefusal,
  type RefusalCode,
  refusalCodeOf,
  refusalCodes,
  refusalOptions,
  TokenEndpoint,
  whyNotLetIn,
} from '../../src/suites/index.ts';

const where = { path: '/api/v1/me' };

/** Verifies that a request without a token is refused by an API that lets a token in. */
export default defineCheck({
  title: 'A request without a token is refused',
  failureTitle: 'A request without a token is accepted',
  why: 'An endpoint for the users of a tenant must not be public.',
  after: ['api/health'],
  needs: ['http', 'ids'],
  uses: ['api'],
  effects: ({ method }) => effectsOfMethod(method),
  tags: ['contract', 'auth'],
  options: refusalOptions,
  codes: refusalCodes(
    'A request without a token',
    'require a token on this path; where it is meant to be public: options: { auth: { path: … } } names another one',
  ),
  sabotage: [
    {
      name: 'it answers 200 whatever the token',
      code: 'accepted',
      kind: 'http',
      service: 'api',
      change: { ...where, status: 200 },
    },
    {
      name: 'it answers 403 instead',
      code: 'wrong-status',
      kind: 'http',
      service: 'api',
      change: { ...where, status: 403 },
    },
    {
      name: 'it answers 404',
      code: 'no-endpoint',
      kind: 'http',
      service: 'api',
      change: { ...where, status: 404 },
    },
    {
      name: 'it redirects to another path',
      code: 'redirected',
      kind: 'http',
      service: 'api',
      change: { ...where, status: 307, setHeaders: { location: '/api/v2/me' } },
    },
    {
      name: 'it answers 500',
      code: 'not-judged',
      kind: 'http',
      service: 'api',
      change: { ...where, status: 500 },
    },
    {
      name: 'it answers 429',
      code: 'rate-limited',
      kind: 'http',
      service: 'api',
      change: { ...where, status: 429 },
    },
    {
      name: 'it resets the connection',
      code: 'unreachable',
      kind: 'http',
      service: 'api',
      change: { ...where, reset: true },
    },
    {
      name: 'it answers late',
      code: 'timeout',
      kind: 'http',
      service: 'api',
      options: { withinMs: 500 },
      change: { ...where, delayMs: 1500 },
    },
  ],
  async run({ http, ids, stack, options, pass, fail, skip }) {
    const refusals = [options.status].flat();
    const endpoint = new TokenEndpoint(http, stack.services.api, options);
    const { evidence, name } = endpoint;
    const failWith = (code: RefusalCode, actual: string) =>
      fail(code, { expected: `${name} answers ${describeRefusals(refusals)}`, actual, evidence });
    const bare = await endpoint.send('without a token', refusals);
    if (bare.judgement !== 'refused') return failWith(refusalCodeOf(bare), bare.actual);

    const { available, token, enable } = await ids.token({ kind: 'valid' });
    const refused = `refused with ${bare.status}`;
    if (!available) return skip(`${refused}, as by an API that lets no token in`, enable);
    const control = await endpoint.send('the accepted token', refusals, token);
    if (isObstacle(control)) return failWith(refusalCodeOf(control), control.actual);
    if (isRefusal(control) || !isLetIn(control, bare)) {
      return skip(`${refused}, and ${whyNotLetIn(control)}`, 'meatymusic verify auth/valid-token');
    }
    return pass(`${refused}, and let in with a token`, { count: 2, what: 'responses' }, evidence);
  },
});

import { defineCheck, effectsOfMethod, integer, option, serviceUrl, v } from '../../src/check/index.ts';
import { endpointCodes, judgeLimit } from '../../src/suites/index.ts';

const path = '/api/v1/compose';
const { 'rate-limited': _, ...answerCodes } = endpointCodes;

/**
 * Verifies that requests over the limit get 429 with Retry-After, and those under it never do. The limit is reached in a
 * scope of its own: one route, and an own loopback address as the client, where the stack is on this machine.
 */
export default defineCheck({
  title: 'Requests over the limit are refused with 429, those under it never',
  failureTitle: 'The rate limit is not enforced',
  why: 'Without a limit, one client in a loop makes the service unavailable to all others.',
  after: ['api/health'],
  needs: ['http', 'ids'],
  uses: ['api'],
  effects: ({ method }) => effectsOfMethod(method),
  runsAlone: true,
  timeoutMs: 30_000,
  tags: ['contract', 'ratelimit'],
  options: {
    path: option(v.string(), path, 'Path whose limit is exhausted; preferably one that nothing else uses'),
    method: option(v.string(), 'POST', 'Its method'),
    body: option(v.string(), '{"seed":"rate-limit"}', 'Its body'),
    statuses: option(
      v.array(integer()),
      [],
      'Statuses of an accepted request: 401 for a limit on failed logins. Default: 2xx and 3xx',
    ),
    maxRequests: option(integer(2), 150, 'Number of accepted requests after which no limit is assumed'),
    minimum: option(integer(1), 2, 'Number of requests that must be accepted in a window'),
  },
  codes: {
    ...answerCodes,
    'no-limit': {
      headline: 'There is no rate limit',
      means: 'no request is refused',
      hint: 'RATE_LIMIT_ENABLED=true, or options: maxRequests',
    },
    'no-retry-after': {
      headline: 'A refusal over the limit has no Retry-After',
      means: 'the 429 does not announce when to retry',
      hint: 'send Retry-After in seconds with 429',
    },
    'bad-retry-after': {
      headline: 'Retry-After is neither a number of seconds nor an HTTP date',
      means: 'the Retry-After of the 429 is not one of RFC 9110, 10.2.3',
      hint: 'send the whole seconds until the window ends, or an HTTP date',
    },
    'too-early': {
      headline: 'A request under the limit is refused',
      means: 'a request under the limit is refused',
      hint: 'count each client and route on its own, or lower the option minimum of this check',
    },
    'other-limit': {
      headline: 'The limit differs from the one that the responses announce',
      means: 'the limit differs from the one that the responses announce',
      hint: 'compare RateLimit-Policy, RateLimit or RateLimit-Limit with the requests that were let through',
    },
    'wrong-status': {
      headline: 'A request under the limit fails',
      means: 'a request is neither accepted nor refused with 429',
      hint: 'meatymusic logs api --since 5m; or name its status in the option statuses of this check',
    },
  },
  sabotage: [
    {
      name: 'nothing is refused',
      code: 'no-limit',
      kind: 'environment',
      service: 'api',
      set: { RATE_LIMIT_ENABLED: 'false' },
    },
    {
      name: 'Retry-After is stripped',
      code: 'no-retry-after',
      kind: 'http',
      service: 'api',
      change: { path, removeHeaders: ['retry-after'] },
    },
    {
      name: 'Retry-After is negative',
      code: 'bad-retry-after',
      kind: 'http',
      service: 'api',
      change: { path, setHeaders: { 'retry-after': '-1' } },
    },
    {
      name: 'the answers name another limit',
      code: 'other-limit',
      kind: 'http',
      service: 'api',
      change: { path, setHeaders: { 'ratelimit-limit': '2' } },
    },
    {
      name: 'it answers 500',
      code: 'wrong-status',
      kind: 'http',
      service: 'api',
      change: { path, status: 500 },
    },
    {
      name: 'it answers 404',
      code: 'no-endpoint',
      kind: 'http',
      service: 'api',
      change: { path, status: 404 },
    },
  ],
  async run({ http, ids, stack, options, pass, fail, skip, remainingMs }) {
    const url = serviceUrl(stack.services.api, options.path);
    const { method, body } = options;
    const request = { url, method, headers: { 'content-type': 'application/json' }, body };
    const judged = await judgeLimit({ http, ids, remainingMs }, request, options);
    const { evidence } = judged;
    if (judged.status === 'skip') return skip(judged.reason, judged.enable);
    if (judged.status === 'pass') {
      return pass(judged.summary, { count: judged.requests, what: 'requests' }, evidence);
    }
    const expected = `${method} ${url}: requests are let through up to a limit, then 429 with Retry-After`;
    return fail(judged.code, { expected, actual: judged.actual, evidence });
  },
});

import {
  defineCheck,
  type Evidence,
  effectsOfMethod,
  exchange,
  fact,
  integer,
  option,
  v,
} from '../../src/check/index.ts';

/**
 * Verifies that requests over the limit get 429 with Retry-After, and those under it never do. The limit is reached in a
 * scope of its own: one route, and an own loopback address as the client, where the stack is on this machine.
 */
export default defineCheck({
  title: 'Requests over the limit are refused with 429, those under it never',
  failureTitle: 'The rate limit is not enforced',
  why: 'One client in a loop takes the service away from all others.',
  after: ['api/health'],
  needs: ['http', 'ids'],
  uses: ['api'],
  effects: ({ method }) => effectsOfMethod(method),
  timeoutMs: 30_000,
  tags: ['contract', 'ratelimit'],
  options: {
    path: option(
      v.string(),
      '/api/v1/compose',
      'Path whose limit is reached; best one that nothing else uses',
    ),
    method: option(v.string(), 'POST', 'Its method'),
    body: option(v.string(), '{"seed":"rate-limit"}', 'Its body'),
    maxRequests: option(integer(2), 150, 'Requests after which there is no limit'),
    minimum: option(integer(1), 2, 'Requests that must be let through in a window'),
  },
  codes: {
    unreachable: { means: 'nothing answers', hint: 'meatymusic status; meatymusic logs api' },
    'no-limit': { means: 'no request is refused', hint: 'RATE_LIMIT_ENABLED=true, or options: maxRequests' },
    'no-retry-after': {
      means: 'a refusal does not say when to come back',
      hint: 'send Retry-After in seconds with 429',
    },
    'too-early': {
      means: 'a request under the limit is refused',
      hint: 'count each client and route on its own',
    },
    'other-limit': {
      means: 'the limit is not the one that the answers name',
      hint: 'compare RateLimit-Limit with what is counted',
    },
    'wrong-status': {
      means: 'a request fails with neither 2xx nor 429',
      hint: 'meatymusic logs api --since 5m',
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
      change: { path: '/api/v1/compose', removeHeaders: ['retry-after'] },
    },
    {
      name: 'it answers 500',
      code: 'wrong-status',
      kind: 'http',
      service: 'api',
      change: { path: '/api/v1/compose', status: 500 },
    },
  ],
  async run({ http, ids, stack, options, pass, fail, remainingMs }) {
    const url = new URL(options.path, stack.services.api.url).href;
    const uuid = await ids.uuid();
    const fromAddress = `127.${[0, 2, 4].map((at) => 1 + (Number.parseInt(uuid.slice(at, at + 2), 16) % 250)).join('.')}`;
    const request = {
      url,
      method: options.method,
      headers: { 'content-type': 'application/json' },
      body: options.body,
    };
    let own = true;
    let evidence: Evidence[] = [];
    let allowed = 0;
    let waited = false;
    const { method, maxRequests } = options;
    const expected = `${method} ${url}: 2xx up to a limit, then 429 with Retry-After`;
    while (allowed < maxRequests) {
      const asked = await exchange(
        http,
        own ? { ...request, fromAddress } : request,
        `request ${allowed + 1}`,
      );
      if (own && asked.failure && /EADDRNOTAVAIL|EINVAL/.test(asked.failure.code)) {
        own = false;
        continue;
      }
      evidence = [...evidence.slice(0, 1), asked.evidence];
      const { response } = asked;
      if (!response) return fail('unreachable', { expected, actual: asked.actual, evidence });
      if (response.status < 300) {
        allowed++;
        continue;
      }
      if (response.status !== 429) return fail('wrong-status', { expected, actual: asked.actual, evidence });
      const retryAfter = response.headers['retry-after'];
      const seconds = retryAfter === undefined ? Number.NaN : retrySeconds(retryAfter, await ids.now());
      if (!Number.isFinite(seconds)) {
        return fail('no-retry-after', {
          expected,
          actual: `429 with Retry-After: ${retryAfter ?? '(none)'}`,
          evidence,
        });
      }
      if (allowed < options.minimum && !waited && seconds * 1000 + 2_000 < remainingMs()) {
        // The window was used up before: the next one is used from its start.
        waited = true;
        allowed = 0;
        await ids.pause({ ms: seconds * 1000 + 100 });
        continue;
      }
      if (allowed < options.minimum) {
        return fail('too-early', { expected, actual: `429 after ${allowed} requests`, evidence });
      }
      const announced = Number.parseInt(
        response.headers['ratelimit-limit'] ?? response.headers['x-ratelimit-limit'] ?? '',
        10,
      );
      if (announced > 0 && announced !== allowed && (own || waited)) {
        return fail('other-limit', {
          expected,
          actual: `429 after ${allowed} requests; the answers name ${announced}`,
          evidence,
        });
      }
      return pass(
        `429 after ${allowed} requests, Retry-After: ${retryAfter}`,
        { count: allowed + 1, what: 'requests' },
        [...evidence, fact('client', own ? fromAddress : 'the default address')],
      );
    }
    return fail('no-limit', { expected, actual: `${allowed} requests in a row were let through`, evidence });
  },
});

/** Seconds, or an HTTP date. */
function retrySeconds(header: string, nowMs: number): number {
  if (/^\d+$/.test(header.trim())) return Number(header);
  return Math.max(0, (Date.parse(header) - nowMs) / 1000);
}

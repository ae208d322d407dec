import { counted, defineCheck, exchange, option, serviceUrl, v } from '../../src/check/index.ts';
import {
  corsCodes,
  corsObstacleOf,
  corsOptions,
  type ForeignOrigin,
  lookAlikesOf,
  nullOrigin,
  obstacleOf,
  originOf,
} from '../../src/suites/index.ts';

const neverReflect =
  'compare the Origin of a request with each allowed origin as a whole (CORS_ORIGINS); never reflect it';

/** Verifies that no foreign origin may read an answer or gets a preflight granted, also one that resembles the allowed one. */
export default defineCheck({
  title: 'A foreign origin may not read the API',
  failureTitle: 'A foreign origin may read the API',
  why: 'Any page that a user visits could read the API with the rights of that user.',
  after: ['api/health'],
  needs: ['http'],
  uses: ['api'],
  tags: ['contract', 'cors'],
  timeoutMs: 15_000,
  options: {
    path: option(v.string(), '/', 'Path that is called'),
    origin: corsOptions.origin,
    foreign: option(v.array(v.string()), ['https://foreign.example'], 'Origins that are not allowed'),
    alsoAllowed: option(v.array(v.string()), [], 'Further allowed origins, which are not tried'),
    withinMs: corsOptions.withinMs,
  },
  codes: {
    ...corsCodes,
    'reflected-with-credentials': {
      headline: 'Every origin may read the API with the cookies of its users',
      means: 'the API reflects a foreign origin and allows credentials',
      hint: neverReflect,
    },
    reflected: {
      headline: 'Every origin may read the API, which reflects the origin of a request',
      means: 'the API reflects a foreign origin',
      hint: neverReflect,
    },
    'any-origin': {
      headline: 'Every origin may read the API (*)',
      means: 'the API allows every origin with *',
      hint: 'list the allowed origins instead of * (CORS_ORIGINS); for a public API: verify --skip cors/foreign-origin',
    },
    'null-origin': {
      headline: 'Sandboxed pages of every site may read the API (origin null)',
      means: 'the API allows the origin null, which every site can send from a sandboxed frame',
      hint: 'remove null from the allowed origins',
    },
    'look-alike': {
      headline: "An origin that resembles the web app's may read the API",
      means: 'the API allows an origin that only resembles the allowed one',
      hint: `${neverReflect}; where this origin is meant to be allowed: options: { cors/foreign-origin: { alsoAllowed: [ … ] } }`,
    },
    'preflight-granted': {
      headline: "A foreign origin's preflight succeeds",
      means: 'a preflight of a foreign origin succeeds, so its requests reach the API',
      hint: neverReflect,
    },
  },
  sabotage: [
    {
      name: 'every origin is allowed',
      code: 'any-origin',
      kind: 'http',
      service: 'api',
      change: { method: 'GET', setHeaders: { 'access-control-allow-origin': '*' } },
    },
    {
      name: 'the origin is reflected',
      code: 'reflected',
      kind: 'http',
      service: 'api',
      change: { method: 'GET', setHeaders: { 'access-control-allow-origin': 'https://foreign.example' } },
    },
    {
      name: 'the origin is reflected, with credentials',
      code: 'reflected-with-credentials',
      kind: 'http',
      service: 'api',
      change: {
        method: 'GET',
        setHeaders: {
          'access-control-allow-origin': 'https://foreign.example',
          'access-control-allow-credentials': 'true',
        },
      },
    },
    {
      name: 'null is allowed',
      code: 'null-origin',
      kind: 'http',
      service: 'api',
      change: { method: 'GET', setHeaders: { 'access-control-allow-origin': 'null' } },
    },
    {
      name: 'a subdomain is allowed',
      code: 'look-alike',
      kind: 'http',
      service: 'api',
      options: { origin: 'https://songs.example' },
      change: {
        method: 'GET',
        setHeaders: { 'access-control-allow-origin': 'https://foreign.songs.example' },
      },
    },
    {
      name: 'every preflight is granted',
      code: 'preflight-granted',
      kind: 'http',
      service: 'api',
      change: { method: 'OPTIONS', setHeaders: { 'access-control-allow-origin': 'https://foreign.example' } },
    },
  ],
  async run({ http, stack, options, pass, fail }) {
    const { withinMs: timeoutMs } = options;
    const url = serviceUrl(stack.services.api, options.path);
    const evidence: Parameters<typeof pass>[2] = [];
    const isKnown = options.origin !== '' || !stack.absent?.web;
    const allowed = originOf(options.origin || stack.services.web.url);
    const api = originOf(stack.services.api.url);
    const exempt = [allowed, api, ...options.alsoAllowed.map(originOf)];
    const foreign: ForeignOrigin[] = options.foreign.map((origin) => ({
      origin,
      relation: 'that is foreign',
    }));
    const tried = [...foreign, nullOrigin, ...(isKnown ? lookAlikesOf(allowed) : [])].filter(
      ({ origin }) => !exempt.includes(origin),
    );
    for (const each of tried) {
      const { origin, relation } = each;
      const asked = await exchange(http, { url, headers: { origin }, timeoutMs }, `origin ${origin}`);
      evidence.push(asked.evidence);
      const expected = `no Access-Control-Allow-Origin for the origin ${origin} ${relation}`;
      const obstacle = corsObstacleOf(asked);
      if (obstacle || !asked.response)
        return fail(obstacle ?? 'unreachable', { expected, actual: asked.actual, evidence });
      const { headers } = asked.response;
      const granted = headers['access-control-allow-origin'];
      if (granted !== '*' && granted !== origin) continue;
      const withCookies = headers['access-control-allow-credentials'] === 'true';
      const actual = `it allows ${granted}${withCookies ? ', with credentials' : ''}`;
      return fail(codeOf(each, granted, withCookies), { expected, actual, evidence });
    }
    // The first origins are judged by a handler of preflights, which may have a rule of its own.
    for (const { origin, relation } of tried.slice(0, foreign.length + 2)) {
      const headers = { origin, 'access-control-request-method': 'PUT' };
      const request = { url, method: 'OPTIONS', headers, timeoutMs };
      const asked = await exchange(http, request, `preflight of ${origin}`);
      evidence.push(asked.evidence);
      const expected = `no permission for a preflight of the origin ${origin} ${relation}`;
      const obstacle = obstacleOf(asked);
      if (obstacle || !asked.response)
        return fail(obstacle ?? 'unreachable', { expected, actual: asked.actual, evidence });
      const granted = asked.response.headers['access-control-allow-origin'];
      if (granted === '*' || granted === origin)
        return fail('preflight-granted', { expected, actual: `it allows ${granted}`, evidence });
    }
    const rest = isKnown ? '' : `; look-alikes were not tried: ${stack.absent?.web?.reason}`;
    return pass(
      `none of ${counted(tried.length, 'origin')} may read it${rest}`,
      { count: evidence.length, what: 'responses' },
      evidence,
    );
  },
});

function codeOf({ relation, origin }: ForeignOrigin, granted: string, withCookies: boolean) {
  if (granted === '*') return 'any-origin';
  if (origin === 'null') return 'null-origin';
  if (relation !== 'that is foreign') return 'look-alike';
  return withCookies ? 'reflected-with-credentials' : 'reflected';
}

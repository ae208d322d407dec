import { defineCheck, exchange, type HttpResponse, option, serviceUrl, v } from '../../src/check/index.ts';
import {
  corsCodes,
  corsObstacleOf,
  corsOptions,
  grantProblemOf,
  webOriginOf,
} from '../../src/suites/index.ts';

/** Verifies that the web app's origin may read answers of the API, and that caches keep answers of origins apart. */
export default defineCheck({
  title: "The web app's origin may read the API",
  failureTitle: "The web app's origin may not read the API",
  why: 'Without these headers, the browser hides every response from the web app.',
  after: ['api/health'],
  needs: ['http'],
  uses: ['api'],
  tags: ['contract', 'cors'],
  options: {
    path: option(v.string(), '/', 'Path that the web app calls'),
    ...corsOptions,
  },
  codes: {
    ...corsCodes,
    'no-header': {
      means: 'the response has no Access-Control-Allow-Origin',
      hint: "add the web app's origin to CORS_ORIGINS of the API",
    },
    'other-origin': {
      headline: "The API allows another origin than the web app's",
      means: 'the response allows another origin; browsers compare every character',
      hint: 'compare CORS_ORIGINS with the address of the web app: scheme, host, port, no slash at the end',
    },
    'several-values': {
      headline: 'The API sends several allowed origins, which browsers refuse',
      means: 'Access-Control-Allow-Origin has more than one value',
      hint: 'send the one origin that the request names; does a proxy add the header a second time?',
    },
    'no-credentials': {
      headline: "The web app's origin may not read the API with cookies",
      means: 'requests with cookies need the exact origin and Access-Control-Allow-Credentials: true',
      hint: 'name the origin instead of *, and allow credentials (the option credentials of cors, @fastify/cors, @koa/cors and hono/cors)',
    },
    'no-vary': {
      headline: 'Caches may mix up the responses for different origins',
      means: 'the response differs by origin, may be cached, and has no Vary: Origin',
      hint: 'send Vary: Origin; otherwise a cache may serve the response for one origin to another',
    },
  },
  sabotage: [
    {
      name: 'the header is stripped',
      code: 'no-header',
      kind: 'http',
      service: 'api',
      change: { removeHeaders: ['access-control-allow-origin'] },
    },
    {
      name: 'another origin is allowed',
      code: 'other-origin',
      kind: 'http',
      service: 'api',
      change: { setHeaders: { 'access-control-allow-origin': 'https://other.example' } },
    },
    {
      name: 'two origins are allowed',
      code: 'several-values',
      kind: 'http',
      service: 'api',
      change: { setHeaders: { 'access-control-allow-origin': 'https://one.example, https://two.example' } },
    },
    {
      name: 'the web app sends cookies',
      code: 'no-credentials',
      kind: 'options',
      set: { credentials: true },
    },
    {
      name: 'Vary is stripped from an answer that may be cached',
      code: 'no-vary',
      kind: 'http',
      service: 'api',
      change: { removeHeaders: ['vary'], setHeaders: { 'cache-control': 'max-age=60' } },
    },
    {
      name: 'the path serves nothing',
      code: 'no-endpoint',
      kind: 'options',
      set: { path: '/meatymusic-verify-no-such-page' },
    },
    {
      name: 'it answers 500',
      code: 'not-judged',
      kind: 'http',
      service: 'api',
      change: { status: 500 },
    },
    {
      name: 'it answers 429',
      code: 'rate-limited',
      kind: 'http',
      service: 'api',
      change: { status: 429 },
    },
    {
      name: 'it resets the connection',
      code: 'unreachable',
      kind: 'http',
      service: 'api',
      change: { reset: true },
    },
    {
      name: 'it answers late',
      code: 'timeout',
      kind: 'http',
      service: 'api',
      options: { withinMs: 500 },
      change: { delayMs: 1500 },
    },
  ],
  async run({ http, stack, options, pass, fail }) {
    const { origin, verdict } = webOriginOf(options.origin, stack);
    if (origin === undefined) return verdict;
    const { credentials, withinMs: timeoutMs } = options;
    const url = serviceUrl(stack.services.api, options.path);
    const evidence: Parameters<typeof pass>[2] = [];
    const ask = async (label: string, headers: Record<string, string>) => {
      const asked = await exchange(http, { url, headers, timeoutMs }, label);
      evidence.push(asked.evidence);
      return { ...asked, obstacle: corsObstacleOf(asked) };
    };
    const expected = `GET ${url} answers with Access-Control-Allow-Origin: ${origin}`;
    const { response, obstacle, actual } = await ask('allowed origin', { origin });
    if (obstacle || !response) return fail(obstacle ?? 'unreachable', { expected, actual, evidence });
    const problem = grantProblemOf(response, origin, credentials);
    if (problem) {
      const { code } = problem;
      return fail(code, { expected, actual: `${actual}, ${problem.actual}`, evidence });
    }
    const allowed = allowedOrigin(response);
    const passWith = (addition: string) =>
      pass(`${allowed} is allowed${addition}`, { count: evidence.length, what: 'responses' }, evidence);
    if (allowed === '*' || variesByOrigin(response)) return passWith('');
    if (/\bno-store\b/i.test(response.headers['cache-control'] ?? ''))
      return passWith(', in an answer that is never cached');
    for (const [label, headers] of [
      ['without an origin', {}],
      ['another origin', { origin: 'https://foreign.example' }],
    ] as const) {
      const other = await ask(label, headers);
      if (other.obstacle || !other.response)
        return fail(other.obstacle ?? 'unreachable', { expected, actual: other.actual, evidence });
      if (allowedOrigin(other.response) === allowed) continue;
      const difference = `Vary: ${response.headers.vary ?? '(none)'}; ${label}, the answer allows ${allowedOrigin(other.response) ?? 'none'}`;
      return fail('no-vary', { expected: 'Vary: Origin', actual: difference, evidence });
    }
    return passWith(', the same for every origin');
  },
});

function allowedOrigin({ headers }: HttpResponse): string | undefined {
  return headers['access-control-allow-origin'];
}

function variesByOrigin({ headers: { vary = '' } }: HttpResponse): boolean {
  return vary.split(',').some((name) => ['origin', '*'].includes(name.trim().toLowerCase()));
}

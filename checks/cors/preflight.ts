import { defineCheck, type Exchanged, exchange, option, serviceUrl, v } from '../../src/check/index.ts';
import {
  corsCodes,
  corsOptions,
  grantProblemOf,
  missingPermissions,
  obstacleOf,
  preflightRequest,
  webOriginOf,
} from '../../src/suites/index.ts';

/** Verifies that a preflight of the web app is granted for the method and the headers that it sends: its token and its trace. */
export default defineCheck({
  title: "The web app's preflight succeeds",
  failureTitle: "The web app's preflight is not granted",
  why: 'Requests with a token or a traceparent are preflighted; if the preflight fails, they never leave the browser, and traces end there.',
  after: ['api/health'],
  needs: ['http'],
  uses: ['api'],
  tags: ['contract', 'cors'],
  options: {
    path: option(v.string(), '/api/v1/preferences', 'Path that the web app calls'),
    method: option(v.string(), 'PUT', 'Method that it uses'),
    headers: option(
      v.array(v.string()),
      ['authorization', 'content-type', 'traceparent', 'x-service-name'],
      'Headers that it sends',
    ),
    ...corsOptions,
  },
  codes: {
    ...corsCodes,
    'wrong-status': {
      headline: 'The preflight is not answered with a success status',
      means: 'the preflight is answered with an error or a redirect',
      hint: 'answer OPTIONS before authentication',
    },
    'origin-missing': {
      headline: "The preflight does not allow the web app's origin",
      means: 'the origin is not allowed',
      hint: "add the web app's origin to CORS_ORIGINS",
    },
    'no-credentials': {
      headline: "The web app's preflight is not granted for requests with cookies",
      means: 'requests with cookies need the exact origin and Access-Control-Allow-Credentials: true',
      hint: 'name the origin instead of *, and allow credentials (the option credentials of cors, @fastify/cors, @koa/cors and hono/cors)',
    },
    'method-missing': {
      headline: "The web app's method is not among the allowed ones",
      means: 'the method is not allowed; upper and lower case differ',
      hint: 'add it to the allowed methods of CORS, spelled as it is sent: PUT',
    },
    'headers-missing': {
      headline: 'A header of the web app is not among the allowed ones',
      means:
        'a header is not allowed; * does not cover Authorization, and covers nothing if cookies are sent',
      hint: 'add it to the allowed headers of CORS',
    },
  },
  sabotage: [
    {
      name: 'it answers 405',
      code: 'wrong-status',
      kind: 'http',
      service: 'api',
      change: { method: 'OPTIONS', status: 405 },
    },
    {
      name: 'no origin is allowed',
      code: 'origin-missing',
      kind: 'http',
      service: 'api',
      change: { method: 'OPTIONS', removeHeaders: ['access-control-allow-origin'] },
    },
    {
      name: 'the web app sends cookies',
      code: 'no-credentials',
      kind: 'options',
      set: { credentials: true },
    },
    {
      name: 'only put in lower case is allowed',
      code: 'method-missing',
      kind: 'http',
      service: 'api',
      change: { method: 'OPTIONS', setHeaders: { 'access-control-allow-methods': 'get, put' } },
    },
    {
      name: 'traceparent is not allowed',
      code: 'headers-missing',
      kind: 'http',
      service: 'api',
      change: { method: 'OPTIONS', setHeaders: { 'access-control-allow-headers': 'authorization' } },
    },
    {
      name: 'the path serves nothing',
      code: 'no-endpoint',
      kind: 'http',
      service: 'api',
      change: { status: 404, removeHeaders: ['access-control-allow-origin', 'allow'] },
    },
  ],
  async run({ http, stack, options, pass, fail, skip }) {
    const { origin, verdict } = webOriginOf(options.origin, stack);
    if (origin === undefined) return verdict;
    const { credentials, withinMs: timeoutMs } = options;
    const url = serviceUrl(stack.services.api, options.path);
    const evidence: Parameters<typeof pass>[2] = [];
    const ask = async (label: string, method: string, more: Record<string, string> = {}) => {
      const asked = await exchange(http, { url, method, headers: { origin, ...more }, timeoutMs }, label);
      evidence.push(asked.evidence);
      return asked;
    };
    const wanted = preflightRequest(options.method, options.headers);
    const names = wanted.headers.join(',');
    const asked = await ask('preflight', 'OPTIONS', {
      'access-control-request-method': wanted.method,
      ...(names ? { 'access-control-request-headers': names } : {}),
    });
    const expected = `${wanted.method} with ${names || 'no further header'} is granted to ${origin}`;
    const obstacle = obstacleOf(asked);
    if (obstacle || !asked.response)
      return fail(obstacle ?? 'unreachable', { expected, actual: asked.actual, evidence });
    const plain = await ask('the path itself', 'GET');
    const isServed = serves(plain) || allows(await ask('methods of the path', 'OPTIONS'), wanted.method);
    if (!wanted.isNeeded && isServed)
      return pass(
        'a browser sends this request without a preflight',
        { count: 1, what: 'request' },
        evidence,
      );
    const problem = problemOf(asked, wanted, { origin, credentials });
    if (problem && (plain.response?.status ?? 0) >= 500 && asked.response.status >= 500)
      return fail('not-judged', { expected, actual: problem.actual, evidence });
    if (!isServed && problem) {
      const actual = `the preflight: ${problem.actual}; GET: ${plain.actual}`;
      return fail('no-endpoint', { expected: `${url} serves ${wanted.method}`, actual, evidence });
    }
    if (problem) return fail(problem.code, { expected, actual: problem.actual, evidence });
    if (!isServed) {
      const reason = `granted, but GET ${url} answers ${plain.response?.status ?? 'nothing'}: that the path serves ${wanted.method} was not seen`;
      return skip(reason, 'options: { cors/preflight: { path: … } } with a path that serves GET too');
    }
    const permissions = { count: wanted.headers.length + 1, what: 'permissions' };
    return pass(`granted with ${asked.response.status}`, permissions, evidence);
  },
});

function problemOf(
  { response, actual }: Exchanged,
  wanted: ReturnType<typeof preflightRequest>,
  { origin, credentials }: { origin: string; credentials: boolean },
) {
  if (!response) return undefined;
  if (response.status < 200 || response.status >= 300) return { code: 'wrong-status', actual } as const;
  const refused = grantProblemOf(response, origin, credentials);
  if (refused) {
    const code = refused.code === 'no-credentials' ? 'no-credentials' : 'origin-missing';
    return { code, actual: refused.actual } as const;
  }
  const missing = missingPermissions(response, wanted, credentials);
  if (missing.method) return { code: 'method-missing', actual: missing.method } as const;
  return missing.headers ? ({ code: 'headers-missing', actual: missing.headers } as const) : undefined;
}

/** Any answer but that of an unknown path shows that there is one; 405 names one that has no GET. */
function serves({ response }: Exchanged): boolean {
  return response !== undefined && ![404, 410, 501].includes(response.status);
}

/** Express answers OPTIONS of a known path with its methods. */
function allows({ response }: Exchanged, method: string): boolean {
  return (response?.headers.allow ?? '').split(',').some((name) => name.trim() === method);
}

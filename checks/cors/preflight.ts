import { defineCheck, exchange, option, skipWithoutOrigin, v } from '../../src/check/index.ts';

/** Verifies that a preflight of the web app is granted for the method and the headers that it sends: its token and its trace. */
export default defineCheck({
  title: "The web app's preflight is granted",
  failureTitle: "The web app's preflight is not granted",
  why: 'Requests with a token or a traceparent are preflighted; refused ones never leave the browser, and traces end there.',
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
    origin: option(v.string(), '', "Allowed origin; default: the web app's"),
  },
  codes: {
    unreachable: { means: 'nothing answers', hint: 'meatymusic status; meatymusic logs api' },
    'wrong-status': {
      means: 'the preflight is answered with an error',
      hint: 'answer OPTIONS before authentication',
    },
    'origin-missing': {
      means: 'the origin is not allowed',
      hint: "add the web app's origin to CORS_ORIGINS",
    },
    'method-missing': { means: 'the method is not allowed', hint: 'add it to the allowed methods of CORS' },
    'headers-missing': { means: 'a header is not allowed', hint: 'add it to the allowed headers of CORS' },
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
      name: 'only GET is allowed',
      code: 'method-missing',
      kind: 'http',
      service: 'api',
      change: { method: 'OPTIONS', setHeaders: { 'access-control-allow-methods': 'GET' } },
    },
    {
      name: 'traceparent is not allowed',
      code: 'headers-missing',
      kind: 'http',
      service: 'api',
      change: { method: 'OPTIONS', setHeaders: { 'access-control-allow-headers': 'authorization' } },
    },
  ],
  async run({ http, stack, options, pass, fail }) {
    const skipped = skipWithoutOrigin(options.origin, stack);
    if (skipped) return skipped;
    const url = new URL(options.path, stack.services.api.url).href;
    const origin = options.origin || new URL(stack.services.web.url).origin;
    const headers = {
      origin,
      'access-control-request-method': options.method,
      'access-control-request-headers': options.headers.join(','),
    };
    const { response, actual, evidence } = await exchange(
      http,
      { url, method: 'OPTIONS', headers },
      'preflight',
    );
    const found = {
      expected: `${options.method} with ${options.headers.join(', ')} is granted to ${origin}`,
      evidence: [evidence],
    };
    if (!response) return fail('unreachable', { ...found, actual });
    if (response.status >= 300) return fail('wrong-status', { ...found, actual });
    const allowed = response.headers['access-control-allow-origin'];
    if (allowed !== origin && allowed !== '*') {
      return fail('origin-missing', {
        ...found,
        actual: `Access-Control-Allow-Origin: ${allowed ?? '(none)'}`,
      });
    }
    const methods = listed(response.headers['access-control-allow-methods']);
    if (!methods.includes('*') && !methods.includes(options.method.toLowerCase())) {
      return fail('method-missing', { ...found, actual: `allowed: ${methods.join(', ') || 'none'}` });
    }
    const names = listed(response.headers['access-control-allow-headers']);
    // The wildcard does not include Authorization.
    const missing = options.headers.filter(
      (name) =>
        !names.includes(name.toLowerCase()) &&
        (!names.includes('*') || name.toLowerCase() === 'authorization'),
    );
    if (missing.length > 0)
      return fail('headers-missing', { ...found, actual: `not allowed: ${missing.join(', ')}` });
    return pass(
      `granted with ${response.status}`,
      { count: options.headers.length + 1, what: 'permissions' },
      [evidence],
    );
  },
});

function listed(header: string | undefined): string[] {
  return (header ?? '')
    .toLowerCase()
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

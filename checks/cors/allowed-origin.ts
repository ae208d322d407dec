import { defineCheck, exchange, option, skipWithoutOrigin, v } from '../../src/check/index.ts';

/** Verifies that the web app's origin may read answers of the API, and that caches keep answers of origins apart. */
export default defineCheck({
  title: "The web app's origin may read the API",
  failureTitle: "The web app's origin may not read the API",
  why: 'Without these headers the browser hides every answer from the web app.',
  after: ['api/health'],
  needs: ['http'],
  uses: ['api'],
  tags: ['contract', 'cors'],
  options: {
    path: option(v.string(), '/', 'Path that the web app calls'),
    origin: option(v.string(), '', "Allowed origin; default: the web app's"),
  },
  codes: {
    unreachable: { means: 'nothing answers', hint: 'meatymusic status; meatymusic logs api' },
    'no-header': {
      means: 'the answer has no Access-Control-Allow-Origin',
      hint: "add the web app's origin to CORS_ORIGINS of the API",
    },
    'other-origin': {
      means: 'the answer allows another origin',
      hint: 'compare CORS_ORIGINS with the address of the web app',
    },
    'no-vary': {
      means: 'the answer names the origin and not Vary: Origin',
      hint: 'send Vary: Origin, or a cache gives the answer of one origin to another',
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
      name: 'Vary is stripped',
      code: 'no-vary',
      kind: 'http',
      service: 'api',
      change: { removeHeaders: ['vary'] },
    },
  ],
  async run({ http, stack, options, pass, fail }) {
    const skipped = skipWithoutOrigin(options.origin, stack);
    if (skipped) return skipped;
    const url = new URL(options.path, stack.services.api.url).href;
    const origin = options.origin || new URL(stack.services.web.url).origin;
    const { response, actual, evidence } = await exchange(
      http,
      { url, headers: { origin } },
      'allowed origin',
    );
    const found = { expected: `Access-Control-Allow-Origin: ${origin}`, evidence: [evidence] };
    if (!response) return fail('unreachable', { ...found, actual });
    const allowed = response.headers['access-control-allow-origin'];
    if (allowed === undefined)
      return fail('no-header', { ...found, actual: `${actual}, without the header` });
    if (allowed !== origin && allowed !== '*')
      return fail('other-origin', { ...found, actual: `it allows ${allowed}` });
    const vary = response.headers.vary ?? '';
    if (allowed !== '*' && !/(^|[\s,])(origin|\*)([\s,]|$)/i.test(vary)) {
      return fail('no-vary', { ...found, expected: 'Vary: Origin', actual: `Vary: ${vary || '(none)'}` });
    }
    return pass(`${allowed} is allowed`, { count: 1, what: 'response' }, [evidence]);
  },
});

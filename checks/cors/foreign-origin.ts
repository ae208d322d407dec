import { defineCheck, exchange, option, v } from '../../src/check/index.ts';

/** Verifies that a foreign origin may neither read an answer nor get a preflight granted. */
export default defineCheck({
  title: 'A foreign origin may not read the API',
  failureTitle: 'A foreign origin may read the API',
  why: 'Any page that a user visits could read the API with the rights of that user.',
  after: ['api/health'],
  needs: ['http'],
  uses: ['api'],
  tags: ['contract', 'cors'],
  options: {
    path: option(v.string(), '/', 'Path that is called'),
    origin: option(v.string(), 'https://foreign.example', 'Origin that is not allowed'),
  },
  codes: {
    unreachable: { means: 'nothing answers', hint: 'meatymusic status; meatymusic logs api' },
    'allowed-to-read': {
      means: 'a simple request of the foreign origin may be read',
      hint: 'list origins in CORS_ORIGINS; never reflect them',
    },
    'preflight-granted': {
      means: 'a preflight of the foreign origin is granted',
      hint: 'list origins in CORS_ORIGINS; never reflect them',
    },
  },
  sabotage: [
    {
      name: 'every origin is allowed',
      code: 'allowed-to-read',
      kind: 'http',
      service: 'api',
      change: { method: 'GET', setHeaders: { 'access-control-allow-origin': '*' } },
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
    const url = new URL(options.path, stack.services.api.url).href;
    const { origin } = options;
    const simple = await exchange(http, { url, headers: { origin } }, 'simple request');
    const preflight = await exchange(
      http,
      { url, method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'PUT' } },
      'preflight',
    );
    const evidence = [simple.evidence, preflight.evidence];
    const expected = `no Access-Control-Allow-Origin for ${origin}`;
    const grants = (value: string | undefined) => value === '*' || value === origin;
    for (const [asked, code] of [
      [simple, 'allowed-to-read'],
      [preflight, 'preflight-granted'],
    ] as const) {
      if (!asked.response) return fail('unreachable', { expected, actual: asked.actual, evidence });
      const allowed = asked.response.headers['access-control-allow-origin'];
      if (grants(allowed)) return fail(code, { expected, actual: `it allows ${allowed}`, evidence });
    }
    return pass('neither readable nor granted', { count: 2, what: 'responses' }, evidence);
  },
});

import { defineCheck, exchange, option, skipWithoutOrigin, v } from '../../src/check/index.ts';

/** Verifies that error answers keep the CORS headers, so that the web app sees the error and not "Failed to fetch". */
export default defineCheck({
  title: 'Error answers keep their CORS headers',
  failureTitle: 'Error answers lose their CORS headers',
  why: 'Without them the browser hides status and body of every error, and the user sees a network error.',
  after: ['cors/allowed-origin'],
  needs: ['http'],
  uses: ['api'],
  tags: ['contract', 'cors'],
  options: {
    paths: option(
      v.array(v.string()),
      ['/meatymusic-verify-no-such-page', '/api/v1/me'],
      'Paths that answer an error: one unknown, one that needs a token',
    ),
    origin: option(v.string(), '', "Allowed origin; default: the web app's"),
  },
  codes: {
    unreachable: { means: 'nothing answers', hint: 'meatymusic status; meatymusic logs api' },
    'not-an-error': {
      means: 'a path does not answer an error',
      hint: 'name paths that do in the option paths',
    },
    'header-lost': {
      means: 'an error has no Access-Control-Allow-Origin',
      hint: 'set the CORS headers before the handler, not after it',
    },
  },
  sabotage: [
    {
      name: 'the header is stripped from an error',
      code: 'header-lost',
      kind: 'http',
      service: 'api',
      change: { path: '/api/v1/me', removeHeaders: ['access-control-allow-origin'] },
    },
    { name: 'nothing is an error', code: 'not-an-error', kind: 'options', set: { paths: ['/health'] } },
  ],
  async run({ http, stack, options, pass, fail }) {
    const skipped = skipWithoutOrigin(options.origin, stack);
    if (skipped) return skipped;
    const origin = options.origin || new URL(stack.services.web.url).origin;
    const evidence = [];
    for (const path of options.paths) {
      const url = new URL(path, stack.services.api.url).href;
      const asked = await exchange(http, { url, headers: { origin } }, path);
      evidence.push(asked.evidence);
      const expected = `GET ${url} answers an error with Access-Control-Allow-Origin: ${origin}`;
      if (!asked.response) return fail('unreachable', { expected, actual: asked.actual, evidence });
      if (asked.response.status < 400)
        return fail('not-an-error', { expected, actual: asked.actual, evidence });
      const allowed = asked.response.headers['access-control-allow-origin'];
      if (allowed !== origin && allowed !== '*') {
        return fail('header-lost', {
          expected,
          actual: `${asked.actual} with ${allowed ?? 'no such header'}`,
          evidence,
        });
      }
    }
    return pass('every error keeps the header', { count: options.paths.length, what: 'errors' }, evidence);
  },
});

import { defineCheck, exchange, option, serviceUrl, v } from '../../src/check/index.ts';
import {
  corsOptions,
  grantProblemOf,
  obstacleCodes,
  obstacleOf,
  webOriginOf,
} from '../../src/suites/index.ts';

/** Verifies that error answers keep the CORS headers, so that the web app sees the error and not "Failed to fetch". */
export default defineCheck({
  title: 'Error responses keep their CORS headers',
  failureTitle: 'Error responses lose their CORS headers',
  why: 'Without them, the browser hides the status and body of every error, and the user sees a network error.',
  after: ['cors/allowed-origin'],
  needs: ['http'],
  uses: ['api'],
  tags: ['contract', 'cors'],
  options: {
    paths: option(
      v.array(v.string()),
      ['/meatymusic-verify-no-such-page', '/api/v1/me'],
      'Paths that answer with an error: one that does not exist, one that needs a token, and one that answers 5xx if there is one',
    ),
    ...corsOptions,
  },
  codes: {
    ...obstacleCodes,
    'not-an-error': {
      headline: 'A path that should answer with an error does not',
      means: 'a path does not answer with an error',
      hint: 'name paths that do: options: { cors/errors-keep-headers: { paths: [ … ] } }',
    },
    'header-lost': {
      means: 'an error has no Access-Control-Allow-Origin for the web app',
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
    {
      name: 'the limit is reached',
      code: 'rate-limited',
      kind: 'http',
      service: 'api',
      change: { status: 429 },
    },
  ],
  async run({ http, stack, options, pass, fail }) {
    const { origin, verdict } = webOriginOf(options.origin, stack);
    if (origin === undefined) return verdict;
    const evidence: Parameters<typeof pass>[2] = [];
    const statuses = new Set<number>();
    for (const path of options.paths) {
      const url = serviceUrl(stack.services.api, path);
      const asked = await exchange(http, { url, headers: { origin }, timeoutMs: options.withinMs }, path);
      evidence.push(asked.evidence);
      const expected = `GET ${url} answers an error with Access-Control-Allow-Origin: ${origin}`;
      const { response, actual } = asked;
      const obstacle = obstacleOf(asked);
      if (!response) return fail(obstacle ?? 'unreachable', { expected, actual, evidence });
      if (response.status < 400) return fail('not-an-error', { expected, actual, evidence });
      const problem = grantProblemOf(response, origin, options.credentials);
      if (problem) return fail('header-lost', { expected, actual: `${actual}, ${problem.actual}`, evidence });
      if (obstacle) return fail(obstacle, { expected, actual, evidence });
      statuses.add(response.status);
    }
    const seen = [...statuses].sort();
    const unseen = seen.some((status) => status >= 500) ? '' : '; no 5xx was seen (option paths)';
    return pass(
      `${seen.join(' and ')} keep the header${unseen}`,
      { count: options.paths.length, what: 'errors' },
      evidence,
    );
  },
});

import { defineCheck, exchange, integer, option } from '../../src/check/index.ts';

/** Verifies that the API says it is ready: with its database, its cache and its migrations. */
export default defineCheck({
  title: 'The API is ready to serve',
  failureTitle: 'The API is not ready to serve',
  why: 'Alive is not ready: without its database the API answers its health endpoint and fails every real request.',
  after: ['api/health'],
  judges: 'api',
  needs: ['http'],
  uses: ['api'],
  tags: ['contract', 'health'],
  options: {
    status: option(integer(), 200, 'Status that means ready'),
  },
  codes: {
    unreachable: { means: 'nothing answers', hint: 'meatymusic status; meatymusic logs api' },
    missing: {
      means: 'the API has no readiness endpoint at this path',
      hint: 'name it: services: { api: { readyPath: … } } in the configuration',
    },
    'not-ready': {
      means: 'the API says that it is not ready',
      hint: 'meatymusic status; meatymusic migrate status',
    },
  },
  sabotage: [
    { name: 'the API is stopped', code: 'unreachable', kind: 'stop', service: 'api' },
    { name: 'the database is stopped', code: 'not-ready', kind: 'stop', service: 'database' },
    {
      name: 'it answers 404',
      code: 'missing',
      kind: 'http',
      service: 'api',
      change: { path: '/health/ready', status: 404 },
    },
  ],
  async run({ http, stack, options, pass, fail }) {
    const url = new URL(stack.services.api.readyPath, stack.services.api.url).href;
    const { response, actual, evidence } = await exchange(http, { url }, 'readiness');
    const found = { expected: `GET ${url} answers ${options.status}`, actual, evidence: [evidence] };
    if (!response) return fail('unreachable', found);
    if (response.status === 404) return fail('missing', found);
    if (response.status !== options.status) {
      return fail('not-ready', { ...found, actual: `${actual}: ${response.body.slice(0, 300)}` });
    }
    return pass(
      `${response.status} in ${Math.round(response.durationMs)} ms`,
      { count: 1, what: 'response' },
      [evidence],
    );
  },
});

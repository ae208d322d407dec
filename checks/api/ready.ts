import { defineCheck, exchange, integer, option, serviceUrl } from '../../src/check/index.ts';
import { codeOfAnswer, endpointCodes, findUnreadyServices } from '../../src/suites/index.ts';

/**
 * Verifies that the API reports itself ready, and that nothing in the same run contradicts that: its database and its
 * cache answer too.
 */
export default defineCheck({
  title: 'The API is ready to serve',
  failureTitle: 'The API is not ready to serve',
  why: 'Alive is not ready: without its database the API answers its health endpoint and fails every real request.',
  after: ['api/health'],
  judges: 'api',
  needs: ['http', 'postgres', 'redis'],
  uses: ['api'],
  tags: ['contract', 'health'],
  options: {
    status: option(integer(), 200, 'Status that means ready'),
  },
  codes: {
    ...endpointCodes,
    'no-endpoint': {
      headline: 'The API has no readiness endpoint at this path',
      means: 'the API has no readiness endpoint at this path',
      hint: 'name it: services: { api: { readyPath: … } } in the configuration',
    },
    lies: {
      headline: 'The API reports that it is ready without its database or its cache',
      means: 'readiness answers as usual while the database or the cache does not answer',
      hint: 'let the readiness endpoint query the database, with its own timeout, and report the state of the cache',
    },
    'not-ready': {
      headline: 'The API is not ready to serve',
      means: 'the API reports that it is not ready',
      hint: 'meatymusic status; meatymusic migrate status',
    },
  },
  sabotage: [
    { name: 'the API is stopped', code: 'unreachable', kind: 'stop', service: 'api' },
    { name: 'the database is stopped', code: 'not-ready', kind: 'stop', service: 'database' },
    {
      name: 'it answers 404',
      code: 'no-endpoint',
      kind: 'http',
      service: 'api',
      change: { path: '/health/ready', status: 404 },
    },
  ],
  async run({ http, postgres, redis, stack, options, pass, fail }) {
    const { api } = stack.services;
    const url = serviceUrl(api, api.readyPath);
    const asked = await exchange(http, { url }, 'readiness');
    const { response, actual, evidence } = asked;
    const found = { expected: `GET ${url} answers ${options.status}`, actual, evidence: [evidence] };
    const code = codeOfAnswer(asked, [options.status]);
    if (code) return fail(code, found);
    if (response?.status !== options.status) {
      const body = response?.body.slice(0, 300) ?? '';
      return fail('not-ready', { ...found, actual: `${actual}: ${body}` });
    }
    const unready = await findUnreadyServices({ postgres, redis }, stack, response.body);
    if (unready.problem) {
      return fail('lies', {
        expected: `${found.expected} only while its database and its cache answer`,
        actual: `${actual}, while ${unready.problem}`,
        evidence: [evidence, ...unready.evidence],
      });
    }
    return pass(
      `${response.status} in ${Math.round(response.durationMs)} ms${unready.note}`,
      { count: 1, what: 'response' },
      [evidence, ...unready.evidence],
    );
  },
});

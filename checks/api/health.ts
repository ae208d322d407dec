import { defineCheck, exchange, integer, option, serviceUrl } from '../../src/check/index.ts';
import { codeOfAnswer, endpointCodes } from '../../src/suites/index.ts';

/** Verifies that the API is alive: its health endpoint answers 200. It does not prove that anything behind it works. */
export default defineCheck({
  title: 'The health endpoint answers 200',
  failureTitle: 'The health endpoint does not answer 200',
  why: 'Load balancers and orchestrators route by it: a service that does not answer here gets no traffic.',
  judges: 'api',
  needs: ['http'],
  uses: ['api'],
  tags: ['contract', 'health'],
  options: {
    status: option(integer(), 200, 'Status that means alive'),
  },
  codes: {
    ...endpointCodes,
    'no-endpoint': {
      headline: 'The API has no health endpoint at this path',
      means: 'the API answers, but has no such endpoint',
      hint: 'name it: services: { api: { healthPath: … } } in the configuration',
    },
    'needs-a-token': {
      headline: 'The health endpoint needs a token',
      means: 'the endpoint answers 401 or 403, and a load balancer has no token',
      hint: 'leave the health endpoint open, or name another one: services: { api: { healthPath: … } }',
    },
    'wrong-status': {
      headline: 'The health endpoint answers with an unexpected status',
      means: 'the endpoint answers with an unexpected status',
      hint: 'meatymusic logs api --since 5m',
    },
  },
  sabotage: [
    { name: 'the API is stopped', code: 'unreachable', kind: 'stop', service: 'api' },
    {
      name: 'it answers 503',
      code: 'wrong-status',
      kind: 'http',
      service: 'api',
      change: { path: '/health', status: 503 },
    },
    {
      name: 'it answers 404',
      code: 'no-endpoint',
      kind: 'http',
      service: 'api',
      change: { path: '/health', status: 404 },
    },
    {
      name: 'it answers 401',
      code: 'needs-a-token',
      kind: 'http',
      service: 'api',
      change: { path: '/health', status: 401 },
    },
    {
      name: 'it answers 429',
      code: 'rate-limited',
      kind: 'http',
      service: 'api',
      change: { path: '/health', status: 429 },
    },
    {
      name: 'its body is not what its headers announce',
      code: 'unreadable',
      kind: 'http',
      service: 'api',
      change: { path: '/health', setHeaders: { 'content-encoding': 'gzip' } },
    },
    {
      name: 'the answer does not come',
      code: 'timeout',
      kind: 'http',
      service: 'api',
      change: { path: '/health', delayMs: 120_000 },
    },
  ],
  async run({ http, stack, options, pass, fail }) {
    const { api } = stack.services;
    const url = serviceUrl(api, api.healthPath);
    const asked = await exchange(http, { url }, 'health');
    const { response, actual, evidence } = asked;
    const found = { expected: `GET ${url} answers ${options.status}`, actual, evidence: [evidence] };
    const code = codeOfAnswer(asked, [options.status]);
    if (code) return fail(code, found);
    if (response?.status !== options.status) {
      return fail('wrong-status', found);
    }
    return pass(
      `${response.status} in ${Math.round(response.durationMs)} ms`,
      { count: 1, what: 'response' },
      [evidence],
    );
  },
});

import { defineCheck, integer, option, ProbeError } from '../../src/check/index.ts';

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
    unreachable: {
      means: 'nothing answers at the address of the API',
      hint: 'meatymusic status; meatymusic logs api',
    },
    'no-endpoint': {
      means: 'the API answers, and has no such endpoint',
      hint: 'name it: services: { api: { healthPath: … } } in the configuration',
    },
    'wrong-status': {
      means: 'the endpoint answers, with another status',
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
      name: 'the answer does not come',
      code: 'unreachable',
      kind: 'http',
      service: 'api',
      change: { path: '/health', delayMs: 120_000 },
    },
  ],
  async run({ http, stack, options, pass, fail }) {
    const url = new URL(stack.services.api.healthPath, stack.services.api.url).href;
    const request = { method: 'GET', url, headers: {} };
    const expected = `GET ${url} answers ${options.status}`;
    try {
      const response = await http.request({ url });
      const evidence = [{ kind: 'http' as const, label: 'health', exchange: { request, response } }];
      if (response.status === 404)
        return fail('no-endpoint', { expected, actual: 'it answers 404', evidence });
      if (response.status !== options.status) {
        return fail('wrong-status', { expected, actual: `it answers ${response.status}`, evidence });
      }
      return pass(
        `${response.status} in ${Math.round(response.durationMs)} ms`,
        { count: 1, what: 'response' },
        evidence,
      );
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error;
      const { code, message } = error;
      return fail('unreachable', {
        expected,
        actual: message,
        evidence: [{ kind: 'http', label: 'health', exchange: { request, error: { code, message } } }],
      });
    }
  },
});

import type { Parts } from './parts.ts';

export const http: Parts = {
  uses: 'api',
  after: 'api/health',
  options: `path: option(v.string(), '/', 'Path to request'),`,
  codes: `unreachable: { means: 'nothing answers at the address', hint: 'meatymusic status' },
    'wrong-status': { means: 'the answer has another status than 200', hint: 'meatymusic logs api' },`,
  sabotage: `{ name: 'it answers 503', code: 'wrong-status', kind: 'http', service: 'api', change: { status: 503 } },
    { name: 'the API is stopped', code: 'unreachable', kind: 'stop', service: 'api' },`,
  run: `const url = serviceUrl(stack.services.api, options.path);
    const expected = \`GET \${url} answers 200\`;
    try {
      const response = await http.request({ url });
      if (response.status !== 200) {
        return fail('wrong-status', { expected, actual: \`it answers \${response.status}\` });
      }
      return pass(\`200 in \${Math.round(response.durationMs)} ms\`, { count: 1, what: 'response' });
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error;
      return fail('unreachable', { expected, actual: error.message });
    }`,
  passes: `{
        when: 'the answer is 200',
        probes: { http: { request: answer(200) } },
      }`,
  fails: `{ when: 'the answer is 503', code: 'wrong-status', probes: { http: { request: answer(503) } } },
      {
        when: 'nothing listens',
        code: 'unreachable',
        probes: { http: { request: new ProbeError('ECONNREFUSED', 'connection refused') } },
      },`,
  helpers: `
const answer = (status: number) => ({
  status,
  headers: {},
  rawHeaders: [],
  body: '',
  bodyBytes: 0,
  address: '127.0.0.1:8000',
  durationMs: 1,
});
`,
};

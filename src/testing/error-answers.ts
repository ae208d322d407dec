import { ProbeError } from '../check/index.ts';
import type { HttpRequest } from '../check/probes.ts';
import type { FakeProbes } from '../check/tester.ts';
import { envelope, refused, response, testTraceId } from './responses.ts';
import { type HttpAnswer, serving } from './stub-probes.ts';

export const none = { ids: { token: { available: false, token: '', enable: 'auth.token' } } };

/** Headers that each request of these checks has. */
export const traced = { traceparent: `00-${testTraceId}-b7ad6b7169203331-01` };

/** An API whose route answers so. */
export type ServedAt = (answer: HttpAnswer) => FakeProbes;

/** Serves one route to requests that continue the trace of the check. */
export const servedAt =
  (route: string, { headers = {}, ...needed }: { headers?: object; body?: string | RegExp } = {}): ServedAt =>
  (answer) =>
    serving({ [route]: answer }, { headers: { ...traced, ...headers }, ...needed });

/** An endpoint that wants the token of the check before anything else. */
export const withToken = (answer: ReturnType<typeof response>) => (request: HttpRequest) =>
  request.headers?.authorization === 'Bearer token.valid.signature'
    ? answer
    : response(401, envelope('unauthorized'));

export const problem = (status: number, body: Record<string, unknown>) =>
  response(status, body, { 'content-type': 'application/problem+json; charset=utf-8' });

/** Each way in which an error answer with this status can be wrong. */
export const wrong = (status: number, at: ServedAt) => [
  { when: 'nothing answers', code: 'unreachable' as const, probes: at(refused) },
  {
    when: 'no answer comes',
    code: 'timeout' as const,
    probes: at(new ProbeError('TIMEOUT', 'no response within 4 s')),
  },
  {
    when: 'the answer breaks off',
    code: 'unreadable' as const,
    probes: at(new ProbeError('TRUNCATED', 'the body ended after 3 of 100 bytes')),
  },
  {
    when: 'the token is refused',
    code: 'needs-a-token' as const,
    probes: at(response(403, envelope('forbidden'))),
  },
  {
    when: 'the limit is reached',
    code: 'rate-limited' as const,
    probes: at(response(429, envelope('rate_limited'))),
  },
  {
    when: 'the status is 200',
    code: 'wrong-status' as const,
    probes: at(response(200, envelope('x'))),
  },
  {
    when: 'there is no such endpoint',
    code: 'no-endpoint' as const,
    ...(status === 404 && { options: { statuses: [410] } }),
    probes: at(response(404, envelope('not_found'))),
  },
  {
    when: 'the body is HTML',
    code: 'not-an-envelope' as const,
    probes: at(response(status, '<h1>Error</h1>')),
  },
  {
    when: 'the body is empty',
    code: 'not-an-envelope' as const,
    probes: at(response(status)),
    actual: 'its body is empty',
  },
  {
    when: 'there is no code',
    code: 'not-an-envelope' as const,
    actual: 'its JSON has no code',
    probes: at(response(status, { detail: 'Not Found' })),
  },
  {
    when: 'there is no trace ID',
    code: 'no-trace-id' as const,
    probes: at(response(status, envelope('x', { trace_id: undefined }))),
  },
  ...['undefined', 'null', '0'.repeat(32), '-', ''].map((trace_id) => ({
    when: `the trace ID is "${trace_id}"`,
    code: 'no-trace-id' as const,
    probes: at(response(status, envelope('x', { trace_id }))),
  })),
  ...['abc', 'req-1', '6f1ed002-ab5c-4e1d-9d4e-2f6b9f9d3c11'].map((trace_id) => ({
    when: `the trace ID is "${trace_id}"`,
    code: 'other-trace-id' as const,
    probes: at(response(status, envelope('x', { trace_id }))),
  })),
  {
    when: 'problem details have neither title nor detail',
    code: 'not-an-envelope' as const,
    probes: at(problem(status, { type: 'https://example.com/x', trace_id: testTraceId })),
  },
  {
    when: 'problem details repeat another status',
    code: 'not-an-envelope' as const,
    probes: at(problem(status, { title: 'x', status: 499, trace_id: testTraceId })),
  },
  {
    when: 'a page shows a stack',
    code: 'internals-shown' as const,
    actual: /a stack trace.*no JSON object/,
    probes: at(response(status, '<pre>Error: x<br> &nbsp; &nbsp;at /shop/main.js:3:9</pre>')),
  },
  {
    when: 'the trace ID is of another request',
    code: 'other-trace-id' as const,
    probes: at(response(status, envelope('x', { trace_id: 'a'.repeat(32) }))),
  },
  ...[
    'Error: x\n    at run (/app/src/main.js:10:5)',
    'Traceback (most recent call last):',
    'select id from users where tenant_id = $1',
    'connect ECONNREFUSED 10.0.0.3:5432',
    'cannot open /app/config/secret.yaml',
    'postgresql://user@db/meatymusic is down',
  ].map((message) => ({
    when: `it says "${message.split('\n')[0]}"`,
    code: 'internals-shown' as const,
    probes: at(response(status, envelope('x', { message }))),
  })),
];

/** The cases of a check of the envelope of this status. */
export const envelopeCases = (status: number, code: string, at: ServedAt) => ({
  passes: [
    {
      when: 'the envelope is complete',
      probes: at(response(status, envelope(code))),
      summary: `${status} ${code}`,
    },
    {
      when: 'the fields have other names',
      probes: at(response(status, { code, detail: 'No.', traceId: '0x0AF7651916CD43DD8448EB211C80319C' })),
    },
    {
      when: 'the body is problem details',
      probes: at(
        problem(status, {
          type: 'https://example.com/errors/x',
          title: 'No.',
          status,
          instance: '/app/songs',
          traceId: `00-${testTraceId}-b7ad6b7169203331-01`,
        }),
      ),
      summary: `${status} https://example.com/errors/x`,
    },
    {
      when: 'problem details have the default type, and the trace in the instance',
      probes: at(problem(status, { title: 'No.', instance: `urn:trace:${testTraceId}` })),
      summary: `${status} No.`,
    },
    {
      when: 'the envelope has an ID of the request of another form',
      probes: at(response(status, { code, message: 'Select a genre from the list', request_id: 'req-1' })),
    },
  ],
  fails: wrong(status, at),
});

/** The cases of a check that sends a body, with or without a token. */
export const refusedBodyCases = (status: number, at: ServedAt) => ({
  passes: [
    { when: 'the envelope is complete', probes: at(response(status, envelope('refused'))) },
    {
      when: 'a token is needed, and there is one',
      probes: at(withToken(response(status, envelope('refused')))),
      summary: `${status} refused`,
    },
  ],
  fails: wrong(status, at),
  skips: [
    {
      when: 'a token is needed and there is none',
      probes: { ...at(response(401, envelope('unauthorized'))), ...none },
      reason: /needs a token/,
      enable: 'auth.token',
    },
  ],
});

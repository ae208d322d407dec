import { describe, expect, it } from 'vitest';
import type { LogRecord, SpanData } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import {
  apiRequest,
  browserAt,
  sentSpan,
  sentTrace,
  withoutBrowser,
} from '../../src/testing/browser-visit.ts';
import { evidenceOf } from '../../src/testing/evidence-labels.ts';
import { answers } from '../../src/testing/stub-probes.ts';
import { lost, notLoaded, skipped } from '../../src/testing/visited-pages.ts';
import reachesApi from './trace-reaches-api.ts';

const withBrowser = browserAt('/dashboard');

const record: LogRecord = {
  number: 7,
  raw: `{"trace_id":"${sentTrace}"}`,
  structured: true,
  traceId: sentTrace,
};

const span: SpanData = {
  traceId: sentTrace,
  spanId: '1111111111111111',
  parentSpanId: sentSpan,
  name: 'GET /api/v1/compose',
  kind: 'server',
  service: 'meatymusic-api',
  startMs: 1,
  durationMs: 2,
  status: 'unset',
  attributes: {},
};

const logsWith = (records: LogRecord[], source = 'api.log') => ({
  available: answers([{ service: 'api' }, { available: true, source }]),
  find: answers([
    { service: 'api', traceId: sentTrace, fresh: true, withinMs: 8000 },
    { source, scanned: 40, matched: records.length, records },
  ]),
});

const spansWith = (spans: SpanData[]) => ({
  available: { available: true, source: 'receiver' },
  find: answers([
    { traceId: sentTrace, service: 'meatymusic-api', fresh: true, withinMs: 8000 },
    { source: 'receiver', scanned: 12, spans },
  ]),
});

const unreadable = { available: { available: false, source: '', enable: 'services.api.log' } };

const whole = { browser: withBrowser(), logs: logsWith([record]), spans: spansWith([span]) };

testCheck(
  reachesApi,
  {
    passes: [
      { when: 'log and spans have it', probes: whole, summary: `trace ${sentTrace}: 1 log line, 1 span` },
      {
        when: 'one of its spans is below that of the browser',
        probes: {
          ...whole,
          spans: spansWith([span, { ...span, spanId: '3333333333333333', parentSpanId: span.spanId }]),
        },
        summary: `trace ${sentTrace}: 1 log line, 2 spans`,
      },
      {
        when: 'only the log can be read',
        probes: { ...whole, spans: unreadable },
        summary: `trace ${sentTrace}: 1 log line`,
      },
      {
        when: 'only spans can be read',
        probes: { ...whole, logs: unreadable },
        summary: `trace ${sentTrace}: 1 span`,
      },
    ],
    fails: [
      { ...notLoaded, probes: { ...whole, browser: withBrowser(lost) } },
      {
        when: 'no call is sampled',
        code: 'no-call',
        probes: {
          ...whole,
          browser: withBrowser({
            requests: [apiRequest({ headers: { traceparent: `00-${sentTrace}-${sentSpan}-00` } })],
          }),
        },
      },
      {
        when: 'the sampled call got no answer',
        code: 'no-call',
        actual: 'none of 1 calls does',
        probes: {
          ...whole,
          browser: withBrowser({ requests: [{ ...apiRequest(), status: undefined as never }] }),
        },
      },
      {
        when: 'a call without a trace is the only one',
        code: 'no-call',
        probes: { ...whole, browser: withBrowser({ requests: [apiRequest({ headers: {} })] }) },
      },
      {
        when: 'the log has it in a copy of the headers alone',
        code: 'not-logged',
        probes: {
          ...whole,
          logs: logsWith([
            {
              number: 1,
              raw: `{"req":{"headers":{"traceparent":"00-${sentTrace}-${sentSpan}-01"}}}`,
              structured: true,
              fields: { req: { headers: { traceparent: `00-${sentTrace}-${sentSpan}-01` } } },
            },
          ]),
        },
        actual: /only as a copy of headers in 1$/,
      },
      {
        when: 'no line has it',
        code: 'not-logged',
        actual: /not among 40 lines of api\.log$/,
        probes: { ...whole, logs: logsWith([]) },
      },
      {
        when: 'no span has it',
        code: 'no-spans',
        actual: /not among 12 spans of receiver$/,
        probes: { ...whole, spans: spansWith([]) },
      },
      {
        when: 'the API started a new trace',
        code: 'not-continued',
        probes: { ...whole, spans: spansWith([{ ...span, parentSpanId: '2222222222222222' }]) },
      },
    ],
    skips: [
      { ...skipped, probes: { ...whole, browser: withoutBrowser } },
      {
        when: 'neither log nor spans can be read',
        probes: { ...whole, logs: unreadable, spans: unreadable },
        reason: /neither/,
        enable: 'services.api.log',
      },
      {
        when: 'only the spans could be made available',
        probes: {
          ...whole,
          logs: { available: { available: false, source: '' } },
          spans: { available: { available: false, source: '', enable: 'telemetry' } },
        },
        enable: 'telemetry',
      },
    ],
  },
  { describe, it },
);

it('shows the page, the lines and the spans', async () => {
  const records = Array.from({ length: 22 }, (_, number) => ({ ...record, number }));
  const evidence = await evidenceOf(reachesApi, { probes: { ...whole, logs: logsWith(records) } });
  const labels = evidence.map(({ label }) => label);
  expect(labels[0]).toBe('page');
  expect(labels.slice(-2)).toEqual(['log lines of the trace', 'spans of the trace']);
  expect(evidence.at(-2)).toMatchObject({
    lines: records.slice(0, 20).map(({ number, raw }) => ({ number, text: raw })),
    total: 22,
  });
});

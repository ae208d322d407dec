import { describe, it } from 'vitest';
import type { LogRecord, SpanData } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import {
  apiRequest,
  browserAt,
  sentSpan,
  sentTrace,
  withoutBrowser,
} from '../../src/testing/browser-visit.ts';
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
    ],
  },
  { describe, it },
);

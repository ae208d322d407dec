import { describe, expect, test } from 'vitest';
import type { LogQuery } from '../check/probes.ts';
import { type Found, followed } from '../testing/followed-requests.ts';
import { bareLine, lineOf, sent } from '../testing/trace-records.ts';
import { explainMissingSpans } from './missing-spans.ts';

/** Explains why a request has no spans, with a log that holds this line. */
async function explain(found: Found = {}, line = '', isGiven = true) {
  const queries: LogQuery[] = [];
  const logs = {
    find: async (query: LogQuery) => {
      queries.push(query);
      const records = line !== '' && line.includes(query.contains ?? '') ? [bareLine(3, { raw: line })] : [];
      return { source: 'api.log', scanned: 1, matched: records.length, records };
    },
  };
  return { ...(await explainMissingSpans(followed(found), isGiven ? (logs as never) : undefined)), queries };
}

const sampled = { log: { records: [lineOf(1, { fields: { trace_flags: '01' } })] } };

describe('a failure that the exporter itself reports', () => {
  test.each([
    '{"stack":"OTLPExporterError: Bad Gateway\\n at doReject"}',
    'Failed to export batch code: UNAVAILABLE, reason: failed to connect',
    'traces export: Post "http://localhost:4318/v1/traces": connection refused',
    'Exception while exporting span batch.',
    '[otel.javaagent] ERROR HttpExporter - failed to export spans',
  ])('%s', async (line) => {
    const { queries, ...found } = await explain({}, line);
    expect(found).toEqual({ why: 'exporter-failed', line: bareLine(3, { raw: line }) });
    for (const query of queries) {
      expect(query).toMatchObject({ service: 'api', sinceMs: sent.sinceMs, fresh: true });
    }
  });

  test('is the reason before any other', async () => {
    const elsewhere = { spans: { elsewhere: 'http://collector:4318' } };
    expect((await explain(elsewhere, 'OTLPExporterError: x')).why).toBe('exporter-failed');
  });

  test('is not looked for where the log cannot be read', async () => {
    expect((await explain({ log: { available: false } }, 'OTLPExporterError: x')).why).toBe('unknown');
    expect((await explain({}, 'OTLPExporterError: x', false)).why).toBe('unknown');
  });
});

test('spans that go elsewhere cannot be read', async () => {
  expect(await explain({ spans: { elsewhere: 'http://collector:4318' } })).toMatchObject({
    why: 'elsewhere',
    reason: 'the spans go to http://collector:4318, where they cannot be read',
    enable: expect.stringContaining('OTEL_TRACES_EXPORTER=console'),
  });
});

test('a request that is not sampled leaves none', async () => {
  const log = { records: [lineOf(1, { fields: { trace_flags: '00' } })] };
  expect((await explain({ log })).why).toBe('not-sampled');
  expect((await explain({ log, spans: { scanned: 0 } })).why).toBe('not-sampled');
  const headers = { traceparent: `00-${sent.traceId}-${'1'.repeat(16)}-00` };
  expect((await explain({ headers })).why).toBe('not-sampled');
});

test('a request that is sampled leaves none where no span was ever seen', async () => {
  expect(await explain({ ...sampled, spans: { scanned: 0, source: 'api.log' } })).toMatchObject({
    why: 'elsewhere',
    reason: expect.stringMatching(/^the API samples the request, and no span has ever been seen in api\.log/),
    enable: expect.stringContaining('OTEL_TRACES_EXPORTER=console'),
  });
});

test('the reason is unknown where other spans were seen, or no flag shows the sampling', async () => {
  expect((await explain(sampled)).why).toBe('unknown');
  expect((await explain({ spans: { scanned: 0 } })).why).toBe('unknown');
  expect((await explain({ answered: false, spans: { scanned: 0 } })).why).toBe('unknown');
});

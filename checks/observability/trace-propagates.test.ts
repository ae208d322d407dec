import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { type TracedApi, tracedApi } from '../../src/testing/traced-api.ts';
import check from './trace-propagates.ts';

const api = (behaviour: TracedApi) => tracedApi(behaviour, ['http', 'ids', 'logs', 'spans']);

testCheck(
  check,
  {
    passes: [
      { when: 'response, log and spans have the trace', probes: api({}), summary: /1 span, 1 log line/ },
      { when: 'only the log can be read', probes: api({ spans: 'unavailable' }) },
      {
        when: 'the spans go elsewhere',
        probes: api({ spans: 'never', elsewhere: 'http://collector:4318' }),
        summary: /: 1 log line \(1 not judged\)/,
      },
      { when: 'only spans can be read', probes: api({ logs: 'unavailable' }) },
      {
        when: 'no header is asked for and none comes',
        probes: api({ returns: 'nothing' }),
        options: { responseHeaders: [] },
      },
    ],
    fails: [
      { when: 'the API is away', code: 'unreachable', probes: api({ down: true }) },
      {
        when: 'no span arrives',
        code: 'no-spans',
        probes: api({ spans: 'nothing' }),
        actual: /none arrived in api.log/,
      },
      {
        when: 'the API begins a trace of its own',
        code: 'not-continued',
        probes: api({ spans: 'elsewhere' }),
        actual: /ffff/,
      },
      {
        when: 'the span hangs below another',
        code: 'broken-tree',
        probes: api({ spans: 'orphan' }),
        actual: /1234567890abcdef/,
      },
      {
        when: 'the span names another service',
        code: 'wrong-service',
        probes: api({ service: 'unknown_service' }),
        actual: /unknown_service/,
      },
      { when: 'the log has another trace', code: 'not-logged', probes: api({ logs: 'another' }) },
      { when: 'the log has no line', code: 'not-logged', probes: api({ logs: 'nothing' }) },
      {
        when: 'one of two lines has no trace',
        code: 'line-without-trace',
        probes: api({ logs: 'stray' }),
        actual: /^line 2 has no trace ID/,
      },
      {
        when: 'every request is in one trace',
        code: 'leaks-context',
        probes: api({ traceOf: () => 'd'.repeat(32) }),
        actual: /request 1 is in trace d+, which is that of request 2/,
      },
      {
        when: 'a request without a trace is in that of the one before',
        code: 'leaks-context',
        probes: api({ traceOf: (header) => header?.slice(3, 35) ?? '1'.padStart(32, 'a') }),
        actual: /request 2 is in trace a+1, which is that of request 1/,
      },
      {
        when: 'calls of each request are in other traces',
        code: 'in-another-trace',
        probes: api({ spans: 'clients-elsewhere' }),
        actual: /"postgresql" in trace f+/,
      },
      { when: 'no header comes back', code: 'not-returned', probes: api({ returns: 'nothing' }) },
      { when: 'another trace comes back', code: 'other-trace-returned', probes: api({ returns: 'another' }) },
    ],
    skips: [
      {
        when: 'neither log nor spans can be read',
        probes: api({ logs: 'unavailable', spans: 'unavailable' }),
        enable: /services.api.log/,
      },
      {
        when: 'the spans go elsewhere and the log cannot be read',
        probes: api({ logs: 'unavailable', spans: 'never', elsewhere: 'http://collector:4318' }),
        reason: /collector:4318/,
      },
    ],
  },
  { describe, it },
);

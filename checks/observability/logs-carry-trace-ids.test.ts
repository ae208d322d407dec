import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { type TracedApi, tracedApi } from '../../src/testing/traced-api.ts';
import check from './logs-carry-trace-ids.ts';

const api = (behaviour: TracedApi) => tracedApi(behaviour, ['http', 'ids', 'logs']);

testCheck(
  check,
  {
    passes: [
      {
        when: 'each request is logged under its own trace',
        probes: api({}),
        summary: /^5 lines of 5 requests/,
      },
    ],
    fails: [
      { when: 'the API is away', code: 'unreachable', probes: api({ down: true }) },
      { when: 'no line is written', code: 'missing', probes: api({ logs: 'nothing' }) },
      { when: 'the lines have no trace', code: 'missing', probes: api({ logs: 'without' }) },
      { when: 'the lines have another trace', code: 'another-trace', probes: api({ logs: 'another' }) },
      { when: 'one of two lines has none', code: 'line-without-trace', probes: api({ logs: 'stray' }) },
      {
        when: 'all lines have the trace of one request',
        code: 'leaks-context',
        probes: api({ traceOf: () => '1'.padStart(32, 'a') }),
      },
      { when: 'the trace is only in the text', code: 'plain-field', probes: api({ logs: 'text' }) },
    ],
    skips: [{ when: 'the log cannot be read', probes: api({ logs: 'unavailable' }) }],
  },
  { describe, it },
);

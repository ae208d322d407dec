import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { type TracedApi, tracedApi } from '../../src/testing/traced-api.ts';
import check from './x-trace-id-logged.ts';

const api = (behaviour: TracedApi) => tracedApi(behaviour, ['http', 'ids', 'logs']);

testCheck(
  check,
  {
    passes: [{ when: 'the line has it', probes: api({}), summary: 'line 1' }],
    fails: [
      { when: 'the API is away', code: 'unreachable', probes: api({ down: true }) },
      {
        when: 'no line has it',
        code: 'not-logged',
        probes: api({ logs: 'without' }),
        actual: /none of 1 lines/,
      },
    ],
    skips: [{ when: 'the log cannot be read', probes: api({ logs: 'unavailable' }) }],
  },
  { describe, it },
);

import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { type TracedApi, tracedApi } from '../../src/testing/traced-api.ts';
import check from './errors-keep-their-trace.ts';

const api = (behaviour: TracedApi) => tracedApi(behaviour, ['http', 'ids', 'logs', 'spans']);

testCheck(
  check,
  {
    passes: [
      { when: 'a 404 is traced', probes: api({ status: 404 }) },
      {
        when: 'the body names the trace',
        probes: api({ status: 404, returns: 'nothing', body: (id) => id }),
      },
    ],
    fails: [
      { when: 'the API is away', code: 'unreachable', probes: api({ down: true }) },
      { when: 'there is no error', code: 'no-error', probes: api({}) },
      {
        when: 'neither header nor body names it',
        code: 'not-returned',
        probes: api({ status: 404, returns: 'nothing' }),
      },
      { when: 'no line has it', code: 'not-logged', probes: api({ status: 404, logs: 'without' }) },
      {
        when: 'one of two lines does not have it',
        code: 'line-without-trace',
        probes: api({ status: 404, logs: 'stray' }),
      },
      { when: 'no span has it', code: 'no-spans', probes: api({ status: 404, spans: 'nothing' }) },
    ],
  },
  { describe, it },
);

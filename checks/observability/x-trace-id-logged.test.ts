import { describe, expect, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { evidenceLabels, evidenceOf } from '../../src/testing/evidence-labels.ts';
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

it('has the request and the lines as evidence', async () => {
  expect(await evidenceLabels(check, { probes: api({ down: true }) })).toEqual(['unreachable', 'request']);
  expect(await evidenceLabels(check, { probes: api({ logs: 'without' }) })).toEqual([
    'not-logged',
    'request',
  ]);
  const evidence = await evidenceOf(check, { probes: api({}) });
  expect(evidence.at(-1)).toMatchObject({
    ...{ kind: 'lines', label: 'lines with the value', source: 'api.log', total: 1 },
    lines: [{ number: 1, text: expect.stringContaining('x_trace_id') }],
  });
});

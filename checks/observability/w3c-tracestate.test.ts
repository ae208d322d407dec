import { describe, expect, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { evidenceTexts } from '../../src/testing/evidence-labels.ts';
import { type TracedApi, tracedApi } from '../../src/testing/traced-api.ts';
import check from './w3c-tracestate.ts';

const api = (behaviour: TracedApi) => tracedApi(behaviour, ['http', 'ids', 'logs', 'spans']);

testCheck(
  check,
  {
    passes: [
      {
        when: 'each header is treated right',
        probes: api({}),
        summary: '33 of 33 headers seen and right, 33 tracestates',
      },
    ],
    fails: [
      { when: 'the API is away', code: 'unreachable', probes: api({ down: true }) },
      {
        when: 'a broken tracestate takes the trace with it',
        code: 'not-continued',
        probes: api({
          traceOf: (header, index) =>
            index < 4 ? (header?.split('-')[1] as string) : index.toString(16).padStart(32, 'd'),
        }),
        expected: /a key of 256 characters/,
      },
      {
        when: 'one is refused',
        code: 'refused',
        probes: api({ status: ({ tracestate }) => (tracestate?.includes('ROJO') ? 400 : 200) }),
        expected: '200, with a key in capitals (ROJO=1)',
        actual: '400',
      },
      {
        when: 'two headers are refused',
        code: 'refused',
        probes: api({ status: ({ tracestate }) => (tracestate === 'rojo=1, congo=2' ? 400 : 200) }),
        expected: '200, with two headers (rojo=1, congo=2)',
      },
      {
        when: 'a request is in the trace of another',
        code: 'leaks-context',
        probes: api({ traceOf: () => '1'.padStart(32, 'a') }),
      },
      {
        when: 'members are dropped',
        code: 'state-lost',
        probes: api({ stateOf: () => '' }),
        expected: /rojo=00f067aa0ba902b7,congo=t61rcWkgMzE, with two members/,
        actual: 'the API has none',
      },
      {
        when: 'the order changes',
        code: 'order-changed',
        probes: api({ stateOf: (state) => state.split(',').reverse().join(',') }),
      },
      {
        when: '33 members are kept',
        code: 'invalid-kept',
        probes: api({ stateOf: (state) => state }),
        expected: /at most 32 members/,
      },
      {
        when: 'it is kept without a trace',
        code: 'state-without-trace',
        probes: api({ stateOf: (_, valid) => valid }),
        expected: 'no tracestate, with no traceparent beside it',
      },
    ],
    skips: [
      {
        when: 'only the log shows the trace',
        probes: api({ spans: 'nothing' }),
        reason: /what the API keeps of it cannot be seen/,
      },
      {
        when: 'nothing shows the trace',
        probes: api({ returns: 'nothing', logs: 'without', spans: 'nothing' }),
      },
    ],
  },
  { describe, it },
);

it('has the tracestate that was sent and the one of the API as evidence', async () => {
  const shown = await evidenceTexts(check, {
    probes: api({ stateOf: (_, valid) => valid && `own=1,${valid}` }),
  });
  const [traceId, spanId] = ['1'.padStart(32, 'a'), '1'.padStart(16, 'a')];
  const state = 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE';
  expect(shown[0]).toBe(
    `continue: two members: ${state} → 200, trace ${traceId} (spans), parent ${spanId}, tracestate own=1,${state}`,
  );
  expect(shown.find((each) => each.startsWith('continue: two headers'))).toContain(': rojo=1, congo=2 → 200');
  expect(shown.filter((each) => each.startsWith('not judged'))).toEqual([]);
});

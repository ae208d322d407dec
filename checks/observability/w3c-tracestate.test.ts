import { describe, it } from 'vitest';
import type { HttpRequest, HttpResponse } from '../../src/check/index.ts';
import type { FakeProbes } from '../../src/check/tester.ts';
import { testCheck } from '../../src/check/tester.ts';
import { type TracedApi, tracedApi } from '../../src/testing/traced-api.ts';
import check from './w3c-tracestate.ts';

const api = (behaviour: TracedApi) => tracedApi(behaviour, ['http', 'ids', 'logs', 'spans']);

type Answer = (request: HttpRequest) => HttpResponse;

function returning(probes: FakeProbes, tracestate: string): FakeProbes {
  const answer = probes.http?.request as Answer;
  return {
    ...probes,
    http: {
      request: (request) => {
        const response = answer(request);
        return { ...response, headers: { ...response.headers, tracestate } };
      },
    },
  };
}

testCheck(
  check,
  {
    passes: [
      { when: 'each header is treated right', probes: api({}), summary: '16 of 16 headers seen and right' },
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
        expected: /nothing in it/,
      },
      {
        when: 'one is refused',
        code: 'refused',
        probes: api({ status: ({ tracestate }) => (tracestate?.includes('ROJO') ? 400 : 200) }),
      },
      {
        when: 'the order changes',
        code: 'order-changed',
        probes: returning(api({}), 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7'),
      },
    ],
    skips: [
      {
        when: 'nothing shows the trace',
        probes: api({ returns: 'nothing', logs: 'without', spans: 'nothing' }),
      },
    ],
  },
  { describe, it },
);

import { describe, expect, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { evidenceLabels, evidenceOf } from '../../src/testing/evidence-labels.ts';
import { type TracedApi, tracedApi } from '../../src/testing/traced-api.ts';
import check from './spans-exported.ts';

const api = (behaviour: TracedApi) => tracedApi(behaviour, ['http', 'ids', 'logs', 'spans']);

testCheck(
  check,
  {
    passes: [
      { when: 'a span arrives', probes: api({}) },
      { when: 'a span of the request arrives in another trace', probes: api({ spans: 'elsewhere' }) },
    ],
    fails: [
      { when: 'the API is away', code: 'unreachable', probes: api({ down: true }) },
      {
        when: 'none arrives',
        code: 'none',
        probes: api({ spans: 'nothing' }),
        actual: 'none arrived in api.log',
      },
      {
        when: 'the flags of the response are 00',
        code: 'none',
        probes: api({ spans: 'nothing', returns: 'unsampled' }),
        hint: /sampler/,
      },
      {
        when: 'the exporter reports a failure',
        code: 'exporter-failed',
        probes: api({ spans: 'nothing', lines: ['OTLPExporterError: connect ECONNREFUSED'] }),
        actual: /^line 1/,
      },
    ],
    skips: [
      {
        when: 'spans cannot be read',
        probes: api({ spans: 'unavailable' }),
        reason: 'no spans can be read from here',
      },
      {
        when: 'they go to a collector elsewhere',
        probes: api({ spans: 'never', elsewhere: 'http://collector:4318' }),
        reason: /collector:4318/,
      },
      {
        when: 'the API samples, and no span was ever seen',
        probes: api({ spans: 'never' }),
        reason: /no span has ever been seen/,
      },
    ],
  },
  { describe, it },
);

it('waits until the first span arrived, in whichever trace it is below', async () => {
  for (const [spans, waits] of [
    ['one', 1],
    ['orphan', 1],
    ['nothing', 1],
  ] as const) {
    const queries: unknown[] = [];
    const onLook = (query: object) => queries.push(query);
    await evidenceLabels(check, { probes: api({ spans, onLook }) });
    expect(queries.filter((query) => 'atLeast' in (query as object))).toHaveLength(waits);
  }
});

it('asks no spans where they cannot be read', async () => {
  const queries: unknown[] = [];
  const probes = api({ spans: 'unavailable', onLook: (query) => queries.push(query) });
  expect(await evidenceLabels(check, { probes })).toEqual(['skip']);
  expect(queries).toEqual([]);
});

it('has the line of the exporter as evidence', async () => {
  const line = 'OTLPExporterError: connect ECONNREFUSED';
  const evidence = await evidenceOf(check, { probes: api({ spans: 'nothing', lines: [line] }) });
  expect(evidence.at(-1)).toEqual({
    ...{ kind: 'lines', label: 'the exporter', source: 'api.log', total: 1 },
    lines: [{ number: 1, text: line }],
  });
});

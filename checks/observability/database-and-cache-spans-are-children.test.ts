import { describe, expect, it } from 'vitest';
import type { SpanData, SpanQuery } from '../../src/check/index.ts';
import { type FakeProbes, testCheck } from '../../src/check/tester.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { type TracedApi, tracedApi } from '../../src/testing/traced-api.ts';
import check from './database-and-cache-spans-are-children.ts';

const api = (behaviour: TracedApi) => tracedApi(behaviour, ['http', 'ids', 'spans']);

/** The API with a span more, of a job that nothing has begun. */
function withLooseSpan(probes: FakeProbes): FakeProbes {
  const find = probes.spans?.find as (query: SpanQuery) => { spans: SpanData[] };
  const more = (query: SpanQuery) => {
    const found = find(query);
    const [first] = found.spans;
    const job = {
      ...first,
      spanId: '9'.repeat(16),
      parentSpanId: '8'.repeat(16),
      name: 'job',
      kind: 'internal',
    };
    return { ...found, spans: [...found.spans, job] } as never;
  };
  return { ...probes, spans: { ...probes.spans, find: more } };
}

testCheck(
  check,
  {
    passes: [
      { when: 'both are below the request', probes: api({ spans: 'clients' }), summary: '2 of 3 spans' },
      {
        when: 'a span of no client is loose',
        probes: withLooseSpan(api({ spans: 'clients' })),
        summary: '2 of 4 spans',
      },
      {
        when: 'the request’s own comes after them',
        probes: api({ spans: 'clients-first' }),
        summary: '2 of 3 spans',
      },
    ],
    fails: [
      { when: 'the API is away', code: 'unreachable', probes: api({ down: true }) },
      {
        when: 'calls of other systems are in traces of their own',
        code: 'missing',
        probes: api({ spans: 'clients-elsewhere' }),
        options: { systems: ['mysql'] },
        actual: 'none of mysql among 1 spans',
      },
      { when: 'no span arrives', code: 'no-spans', probes: api({ spans: 'nothing' }) },
      {
        when: 'only the server span arrives',
        code: 'missing',
        probes: api({ spans: 'one' }),
        actual: /postgresql or redis/,
      },
      {
        when: 'they are in traces of their own',
        code: 'in-another-trace',
        probes: api({ spans: 'clients-elsewhere' }),
        actual: /"postgresql" in trace f+/,
      },
      {
        when: 'they hang below nothing that was seen',
        code: 'not-children',
        probes: api({ spans: 'loose-clients' }),
      },
    ],
    skips: [{ when: 'spans cannot be read', probes: api({ spans: 'unavailable' }) }],
  },
  { describe, it },
);

describe('the wait for spans of clients', () => {
  /** Number of looks until the wait ended, and the result. */
  const wait = async (looks: number[], options = {}) => {
    let waits = 0;
    const onLook = ({ atLeast }: { atLeast?: number }) => {
      if (atLeast !== undefined) waits++;
    };
    const [outcome] = await evidenceLabels(check, {
      probes: api({ spans: 'clients', looks, onLook }),
      options,
    });
    return [waits, outcome];
  };

  it('ends once there is one of each system', async () => {
    expect(await wait([3])).toEqual([1, 'pass']);
    expect(await wait([1, 2, 3])).toEqual([3, 'pass']);
    expect(await wait([2, 3], { systems: ['postgresql'] })).toEqual([1, 'pass']);
  });

  it('ends when nothing new came', async () => {
    expect(await wait([1])).toEqual([2, 'missing']);
    expect(await wait([2])).toEqual([2, 'missing']);
  });
});

describe('what is shown of spans of clients', () => {
  it('has the calls in other traces as evidence', async () => {
    expect(await evidenceLabels(check, { probes: api({ spans: 'clients-elsewhere' }) })).toEqual([
      'in-another-trace',
      'request',
      'spans of the trace',
      'spans during the request',
    ]);
  });
});

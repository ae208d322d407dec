import { describe, expect, it } from 'vitest';
import {
  type HttpRequest,
  type HttpResponse,
  ProbeError,
  type SpanData,
  type SpanQuery,
} from '../../src/check/index.ts';
import { type FakeProbes, testCheck, verdictOf } from '../../src/check/tester.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { type TracedApi, tracedApi } from '../../src/testing/traced-api.ts';
import check from './unsampled-not-exported.ts';

type Answer = (request: HttpRequest) => HttpResponse | Error;

const api = (behaviour: TracedApi) => tracedApi(behaviour, ['http', 'ids', 'spans']);

/** The API whose spans have no attributes. */
function bare(probes: FakeProbes): FakeProbes {
  const find = probes.spans?.find as (query: SpanQuery) => { spans: SpanData[] };
  const withoutAttributes = (query: SpanQuery) => {
    const found = find(query);
    return { ...found, spans: found.spans.map((span) => ({ ...span, attributes: {} })) } as never;
  };
  return { ...probes, spans: { ...probes.spans, find: withoutAttributes } };
}

testCheck(
  check,
  {
    passes: [
      { when: 'the caller decides', probes: api({ sampler: 'parent' }) },
      {
        when: 'the response does not name the trace',
        probes: api({ sampler: 'parent', returns: 'nothing' }),
      },
    ],
    fails: [
      { when: 'the API is away', code: 'unreachable', probes: api({ down: true }) },
      {
        when: 'the response says that it is sampled',
        code: 'marked-sampled',
        probes: api({ sampler: 'parent', returns: 'sampled' }),
        expected: /^flags 00/,
      },
      {
        when: 'its spans arrive',
        code: 'exported',
        probes: api({ sampler: 'always', returns: 'nothing' }),
        actual: '1 in api.log: GET /health',
      },
      {
        when: 'its spans arrive without the address of the request',
        code: 'exported',
        probes: bare(api({ sampler: 'always', returns: 'nothing' })),
      },
      {
        when: 'its spans arrive in a trace of their own',
        code: 'exported',
        probes: api({
          sampler: 'always',
          traceOf: (header) => (header?.endsWith('-00') ? 'e'.repeat(32) : header!.slice(3, 35)),
        }),
      },
      {
        when: 'a sampled request leaves no span either',
        code: 'nothing-to-compare',
        probes: api({ sampler: 'parent', spans: 'nothing' }),
      },
    ],
    skips: [{ when: 'spans cannot be read', probes: api({ spans: 'unavailable' }) }],
  },
  { describe, it },
);

it('has both requests as evidence, and the spans of the one that is not sampled', async () => {
  expect(await evidenceLabels(check, { probes: api({ sampler: 'parent' }) })).toEqual([
    'pass',
    'not sampled',
    'sampled',
  ]);
  expect(await evidenceLabels(check, { probes: api({ sampler: 'always', returns: 'nothing' }) })).toEqual([
    'exported',
    'not sampled',
    'sampled',
    'spans of the unsampled request',
  ]);
});

it('looks for spans of the sampled request until they arrive, and for all others once, from before it was sent', async () => {
  const queries: object[] = [];
  const probes = api({ sampler: 'parent', onLook: (query) => queries.push(query) });
  await evidenceLabels(check, { probes, options: { waitMs: 700 } });
  expect(queries).toEqual([
    { traceId: '2'.padStart(32, 'a'), fresh: true, withinMs: 700 },
    { sinceMs: 1_767_225_600_000 - 1000, fresh: true },
  ]);
});

it('needs an answer to each of the two requests', async () => {
  for (const late of [0, 1]) {
    const { http = {}, ...probes } = api({ sampler: 'parent' });
    let index = 0;
    const request = (given: HttpRequest) =>
      index++ === late ? new ProbeError('ECONNRESET', `request ${late}`) : (http.request as Answer)(given);
    const verdict = await verdictOf(check, { probes: { ...probes, http: { request } } });
    expect(verdict).toMatchObject({ code: 'unreachable', actual: `request ${late}` });
  }
});

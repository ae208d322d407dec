import { defineCheck, type Evidence, exchange, integer, option, v } from '../../src/check/index.ts';

/** Verifies seed propagation: the same seed gives the same bytes every time, and other seeds give others. */
export default defineCheck({
  title: 'The same seed gives the same result, byte for byte',
  failureTitle: 'The same seed gives different results',
  why: 'Only reproducible results can be debugged, compared and cached.',
  after: ['api/health'],
  needs: ['http', 'ids'],
  uses: ['api'],
  tags: ['contract', 'seed'],
  options: {
    path: option(v.string(), '/api/v1/compose?seed={seed}', 'Path; {seed} is replaced'),
    repeats: option(integer(2, 50), 3, 'Calls with the same seed'),
    seeds: option(integer(2, 50), 3, 'Different seeds'),
  },
  codes: {
    unreachable: { means: 'nothing answers', hint: 'meatymusic status; meatymusic logs api' },
    'wrong-status': {
      means: 'a call does not answer 2xx',
      hint: "name the endpoint in options['seed/deterministic'].path",
    },
    differs: {
      means: 'the same seed gives different results',
      hint: 'take time, process and map order out of the result; pass the seed on to every step',
    },
    'same-for-all': { means: 'different seeds give the same result', hint: 'is the seed used at all?' },
    empty: { means: 'the result is empty', hint: "name the endpoint in options['seed/deterministic'].path" },
  },
  sabotage: [
    {
      name: 'the result is always the same',
      code: 'same-for-all',
      kind: 'http',
      service: 'api',
      change: { path: '/api/v1/compose', body: '{"title":"Always"}' },
    },
    {
      name: 'the result holds a latency',
      code: 'differs',
      kind: 'options',
      set: { path: '/health/ready?seed={seed}' },
    },
    {
      name: 'it answers 500',
      code: 'wrong-status',
      kind: 'http',
      service: 'api',
      change: { path: '/api/v1/compose', status: 500 },
    },
  ],
  async run({ http, ids, stack, options, pass, fail }) {
    const start = (await ids.uuid()).slice(0, 8);
    const bodies: string[] = [];
    const evidence: Evidence[] = [];
    for (let index = 0; index < options.seeds; index++) {
      const seed = `${start}-${index}`;
      const url = new URL(options.path.replaceAll('{seed}', seed), stack.services.api.url).href;
      let first: string | undefined;
      // In turns with the other seeds would be better still; a result that depends on the call before differs here too.
      for (let repeat = 0; repeat < (index === 0 ? options.repeats : 2); repeat++) {
        const asked = await exchange(http, { url }, `seed ${seed}`);
        const expected = `GET ${url} gives the same bytes every time`;
        const { response } = asked;
        if (!response)
          return fail('unreachable', { expected, actual: asked.actual, evidence: [asked.evidence] });
        if (response.status >= 300)
          return fail('wrong-status', { expected, actual: asked.actual, evidence: [asked.evidence] });
        if (response.body === '')
          return fail('empty', { expected, actual: 'the body is empty', evidence: [asked.evidence] });
        if (first === undefined) {
          first = response.body;
          evidence.push(asked.evidence);
        } else if (response.body !== first) {
          const at = firstDifference(first, response.body);
          const near = `character ${at}: "${first.slice(Math.max(0, at - 20), at + 20)}" and "${response.body.slice(Math.max(0, at - 20), at + 20)}"`;
          return fail('differs', {
            expected,
            actual: `the bodies differ at ${near}`,
            evidence: [...evidence.slice(-1), asked.evidence],
          });
        }
      }
      bodies.push((first ?? '').replaceAll(seed, '{seed}'));
    }
    if (new Set(bodies).size === 1) {
      return fail('same-for-all', {
        expected: `${options.seeds} seeds give different results`,
        actual: 'but for the seed itself, all are the same',
        evidence: evidence.slice(0, 2),
      });
    }
    return pass(
      `${new Set(bodies).size} results for ${options.seeds} seeds, each the same again`,
      { count: options.repeats + 2 * (options.seeds - 1), what: 'responses' },
      evidence.slice(0, 2),
    );
  },
});

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

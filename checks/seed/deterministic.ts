import {
  defineCheck,
  type Evidence,
  effectsOfMethod,
  type HttpRequest,
  integer,
  option,
  serviceUrl,
  v,
} from '../../src/check/index.ts';
import {
  codeOfAnswer,
  endpointCodes,
  exchangeWithToken,
  firstDifference,
  noToken,
  withoutFields,
} from '../../src/suites/index.ts';

const path = '/api/v1/compose';

/** Verifies seed propagation: the same seed gives the same bytes every time, and other seeds give others. */
export default defineCheck({
  title: 'The same seed gives the same result, byte for byte',
  failureTitle: 'The same seed gives different results',
  why: 'Only reproducible results can be debugged, compared and cached.',
  after: ['api/health'],
  needs: ['http', 'ids'],
  uses: ['api'],
  effects: ({ method }) => effectsOfMethod(method),
  tags: ['contract', 'seed'],
  options: {
    path: option(v.string(), `${path}?seed={seed}`, 'Path; {seed} is replaced by the seed'),
    method: option(v.string(), 'GET', 'Its method'),
    body: option(v.string(), '', 'JSON body; {seed} is replaced by the seed. Default: none'),
    ignore: option(
      v.array(v.string()),
      [],
      'Fields of a JSON result that differ in each response, at any depth: id, created_at',
    ),
    repeats: option(integer(2, 50), 3, 'Number of calls with the same seed'),
    seeds: option(integer(2, 50), 3, 'Different seeds, which are whole numbers'),
  },
  codes: {
    ...endpointCodes,
    'wrong-status': {
      headline: 'A request with a seed fails',
      means: 'a call does not answer 2xx',
      hint: "name the endpoint in options['seed/deterministic']: path, method, body",
    },
    differs: {
      headline: 'The same seed gives different results',
      means: 'the same seed gives different results',
      hint: "take time, process and map order out of the result and pass the seed on to every step; name the fields beside the result in options['seed/deterministic'].ignore",
    },
    'same-for-all': {
      headline: 'Different seeds give the same result',
      means: 'different seeds give the same result',
      hint: 'is the seed used at all?',
    },
    empty: {
      headline: 'The result of a seed is empty',
      means: 'the result is empty',
      hint: "name the endpoint in options['seed/deterministic'].path",
    },
  },
  sabotage: [
    {
      name: 'the result is always the same',
      code: 'same-for-all',
      kind: 'http',
      service: 'api',
      change: { path, body: '{"title":"Always"}' },
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
      change: { path, status: 500 },
    },
    {
      name: 'it answers 404',
      code: 'no-endpoint',
      kind: 'http',
      service: 'api',
      change: { path, status: 404 },
    },
    {
      name: 'it answers 429',
      code: 'rate-limited',
      kind: 'http',
      service: 'api',
      change: { path, status: 429 },
    },
  ],
  async run({ http, ids, stack, options, pass, fail, skip }) {
    // Below 2^31, so that any integer type takes them, and far apart from the ones of other runs.
    const start = Number.parseInt((await ids.uuid()).slice(0, 7), 16);
    const results: string[] = [];
    const evidence: Evidence[] = [];
    for (let index = 0; index < options.seeds; index++) {
      const seed = String(start + index);
      const request = requestOf(options, serviceUrl(stack.services.api, options.path), seed);
      const expected = `${options.method} ${request.url} gives the same bytes every time`;
      let first: string | undefined;
      for (let repeat = 0; repeat < (index === 0 ? options.repeats : 2); repeat++) {
        const asked = await exchangeWithToken({ http, ids }, request, `seed ${seed}`);
        const found = { expected, actual: asked.actual, evidence: [asked.evidence] };
        if (asked.missingToken) return skip(noToken, asked.missingToken.enable);
        const { response } = asked;
        const code = codeOfAnswer(asked);
        if (code) return fail(code, found);
        if (!response || response.status >= 300) return fail('wrong-status', found);
        const result = withoutFields(response.body, options.ignore);
        if (result === '') return fail('empty', { ...found, actual: 'the body is empty' });
        if (first === undefined) {
          first = result;
          evidence.push(asked.evidence);
        } else if (result !== first) {
          return fail('differs', {
            expected,
            actual: `the bodies differ at ${firstDifference(first, result)}`,
            evidence: [...evidence.slice(-1), asked.evidence],
          });
        }
      }
      results.push((first ?? '').replaceAll(seed, '{seed}'));
    }
    const count = new Set(results).size;
    if (count === 1) {
      return fail('same-for-all', {
        expected: `${options.seeds} seeds give different results`,
        actual: 'but for the seed itself, all are the same',
        evidence: evidence.slice(0, 2),
      });
    }
    const ignored = options.ignore.length > 0 ? `, without ${options.ignore.join(', ')}` : '';
    return pass(
      `${count} results for ${options.seeds} seeds, each the same again${ignored}`,
      { count: options.repeats + 2 * (options.seeds - 1), what: 'responses' },
      evidence.slice(0, 2),
    );
  },
});

function requestOf({ method, body }: { method: string; body: string }, url: string, seed: string) {
  const request: HttpRequest = { url: url.replaceAll(/\{seed\}|%7Bseed%7D/gi, seed), method };
  if (body === '') return request;
  const headers = { 'content-type': 'application/json' };
  return { ...request, headers, body: body.replaceAll('{seed}', seed) };
}

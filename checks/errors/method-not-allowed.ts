import {
  defineCheck,
  type Evidence,
  effectsOfMethod,
  exchange,
  option,
  serviceUrl,
  v,
} from '../../src/check/index.ts';
import {
  codeOfFailure,
  envelopeCodes,
  envelopeOptions,
  exchangeWithToken,
  judgeErrorEnvelope,
  noToken,
} from '../../src/suites/index.ts';

const change = { path: '/health', method: 'DELETE' };

/** Verifies that an unknown method on a known path answers 405 with Allow, in the envelope of every error. */
export default defineCheck({
  title: 'A method that is not allowed answers 405 in the error envelope',
  failureTitle: 'A method that is not allowed does not answer 405 in the error envelope',
  why: 'A client that gets 404 looks for the mistake in the URL.',
  after: ['api/health'],
  needs: ['http', 'ids'],
  uses: ['api'],
  effects: ({ method }) => effectsOfMethod(method),
  tags: ['contract', 'errors'],
  options: {
    path: option(v.string(), '', 'Path that answers GET. Default: the path of the health endpoint'),
    method: option(v.string(), 'DELETE', 'Method that the path does not support'),
    notFound: option(
      v.picklist(['fail', 'accept']),
      'fail',
      'Verdict where the framework answers 404 for a method that it does not know',
    ),
    ...envelopeOptions,
  },
  codes: {
    ...envelopeCodes,
    'answers-not-found': {
      headline: 'The framework answers 404, not 405, to an unknown method',
      means: 'the path answers GET, but 404 to another method',
      hint: "answer 405 with Allow for the known paths; or accept 404: options['errors/method-not-allowed'].notFound: accept",
    },
    'no-allow': {
      headline: 'The 405 does not list the allowed methods',
      means: 'the response is 405 without an Allow header, which RFC 9110 requires',
      hint: 'send Allow with the methods of the path',
    },
  },
  sabotage: [
    {
      name: 'it answers 200',
      code: 'wrong-status',
      kind: 'http',
      service: 'api',
      change: { ...change, status: 200 },
    },
    {
      name: 'it answers 404',
      code: 'answers-not-found',
      kind: 'http',
      service: 'api',
      change: { ...change, status: 404 },
    },
    {
      name: 'Allow is stripped',
      code: 'no-allow',
      kind: 'http',
      service: 'api',
      change: { ...change, removeHeaders: ['allow'] },
    },
    {
      name: 'it answers in HTML',
      code: 'not-an-envelope',
      kind: 'http',
      service: 'api',
      change: { ...change, body: '<h1>Error</h1>' },
    },
  ],
  async run({ http, ids, stack, options, pass, fail, skip }) {
    const { api } = stack.services;
    const url = serviceUrl(api, options.path || api.healthPath);
    const { traceId, traceparent } = await ids.trace();
    const { method } = options;
    const asked = await exchangeWithToken({ http, ids }, { url, method, headers: { traceparent } }, method);
    const evidence: Evidence[] = [asked.evidence];
    const { response } = asked;
    if (!response) {
      const expected = `405 from ${url}`;
      return fail(codeOfFailure(asked.failure), { expected, actual: asked.actual, evidence });
    }
    if (asked.missingToken) return skip(noToken, asked.missingToken.enable);
    let accepted = 405;
    if (response.status === 404) {
      const known = await exchange(http, { url }, 'GET');
      evidence.push(known.evidence);
      if (known.response?.status !== 404) {
        if (options.notFound === 'fail') {
          const actual = `it answers 404, and GET answers ${known.response?.status ?? 'nothing'}`;
          return fail('answers-not-found', { expected: `${method} ${url} answers 405`, actual, evidence });
        }
        accepted = 404;
      }
    }
    const judged = judgeErrorEnvelope(response, { url, statuses: [accepted], traceId, paths: options });
    const expected = `${method} ${url}: ${judged.expected}`;
    if (judged.code) return fail(judged.code, { expected, actual: judged.actual, evidence });
    if (accepted === 405 && response.headers.allow === undefined) {
      return fail('no-allow', { expected: `${expected}, Allow`, actual: '405 without Allow', evidence });
    }
    return pass(judged.actual, { count: 1, what: 'error response' }, evidence);
  },
});

import { defineCheck, exchange, integer, option, serviceUrl, v } from '../../src/check/index.ts';
import { codeOfFailure, envelopeCodes, envelopeOptions, judgeErrorEnvelope } from '../../src/suites/index.ts';

/** Verifies that a request which cannot be served, because the database is away, fails with 5xx in the envelope and shows nothing of the inside. */
export default defineCheck({
  title: 'An internal failure answers 5xx in the error envelope, without internals',
  failureTitle: 'An internal failure is not answered with 5xx in the error envelope',
  why: "A driver's error message reveals hosts, tables and versions to an attacker, and does not help a client.",
  after: ['auth/valid-token'],
  needs: ['http', 'ids', 'control'],
  uses: ['api', 'database'],
  effects: 'disruptive',
  stops: 'database',
  timeoutMs: 60_000,
  tags: ['contract', 'errors', 'disruptive'],
  options: {
    path: option(v.string(), '/api/v1/me', 'Path of a request that needs the database'),
    statuses: option(v.array(integer()), [500, 503], 'Accepted statuses'),
    ...envelopeOptions,
  },
  codes: envelopeCodes,
  sabotage: [
    {
      name: 'it answers 200',
      code: 'wrong-status',
      kind: 'http',
      service: 'api',
      change: { path: '/api/v1/me', status: 200 },
    },
  ],
  async run({ http, ids, control, stack, options, pass, fail, skip }) {
    const can = await control.available({ service: 'database' });
    if (!can.available) return skip('the database of this stack cannot be stopped from here', can.enable);
    const token = await ids.token({ kind: 'valid' });
    if (!token.available) return skip('there is no token that this API accepts', token.enable);
    const url = serviceUrl(stack.services.api, options.path);
    const { traceId, traceparent } = await ids.trace();
    const headers = { authorization: `Bearer ${token.token}`, traceparent };
    await control.stop({ service: 'database' });
    const asked = await exchange(http, { url, headers, timeoutMs: 10_000 }, 'without the database');
    await control.start({ service: 'database' });
    const evidence = [asked.evidence];
    if (!asked.response)
      return fail(codeOfFailure(asked.failure), {
        expected: `an answer of ${url}`,
        actual: asked.actual,
        evidence,
      });
    const { code, expected, actual } = judgeErrorEnvelope(asked.response, {
      url,
      statuses: options.statuses,
      traceId,
      paths: options,
    });
    if (code) return fail(code, { expected: `GET ${url}: ${expected}`, actual, evidence });
    return pass(actual, { count: 1, what: 'error response' }, evidence);
  },
});

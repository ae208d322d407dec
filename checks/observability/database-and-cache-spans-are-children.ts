import { defineCheck, number, option, type SpanData, serviceUrl, v } from '../../src/check/index.ts';
import { buildTraceTree, followRequest, lostIn, namesOf, systemOf } from '../../src/suites/index.ts';

/** Verifies that what a request does in database and cache is part of its trace: spans of both below the request's own. */
export default defineCheck({
  title: 'Database and cache spans belong to their request',
  failureTitle: 'Database or cache spans do not belong to their request',
  why: 'Most slow requests are slow in the database or the cache; a trace that ends at the handler explains none of them.',
  after: ['observability/spans-exported', 'database/connects', 'cache/ping'],
  blockedBy: {
    'observability/trace-propagates': ['not-continued', 'leaks-context'],
  },
  needs: ['http', 'ids', 'spans'],
  uses: ['api', 'database', 'cache'],
  tags: ['traces'],
  level: 'advisory',
  timeoutMs: 15_000,
  options: {
    path: option(
      v.optional(v.string()),
      undefined,
      'Path that needs the database and the cache; unset: services.api.readyPath',
    ),
    systems: option(
      v.array(v.string()),
      ['postgresql', 'redis'],
      'Values of db.system.name (or db.system) that must be seen',
    ),
    waitMs: option(number(), 6000, 'How long to wait for spans, in milliseconds'),
  },
  codes: {
    unreachable: {
      headline: 'The API does not answer',
      means: 'the request got no response',
      hint: 'meatymusic status; meatymusic logs api',
    },
    'no-spans': {
      headline: 'The request leaves no spans',
      means: 'the trace has no spans',
      hint: 'meatymusic checks explain observability/spans-exported',
    },
    missing: {
      headline: 'Database or cache spans are missing',
      means: 'the trace has no span of one of them',
      hint: 'instrument the clients of database and cache (OpenTelemetry has instrumentations for both)',
    },
    'in-another-trace': {
      headline: 'Database or cache spans are in another trace',
      means: 'the calls made during the request have spans, in traces of their own',
      hint: 'run the query inside the request’s active context: a pool, queue or timer in between calls back outside of it (context.bind, AsyncResource)',
    },
    'not-children': {
      headline: 'Database or cache spans are not children of their request',
      means: 'the span is in the trace, but not below the request’s span',
      hint: 'run the query inside the request’s active context',
    },
  },
  sabotage: [
    {
      name: 'the calls are in traces of their own',
      code: 'in-another-trace',
      kind: 'spans',
      change: 'part-clients',
      options: { waitMs: 1500 },
    },
    {
      name: 'spans without their parents',
      code: 'not-children',
      kind: 'spans',
      change: 'orphan',
      options: { waitMs: 1500 },
    },
  ],
  async run({ http, ids, spans, stack, options, pass, fail, skip }) {
    const access = await spans.available();
    if (!access.available) return skip('no spans can be read from here', access.enable);
    const complete = (found: SpanData[]) =>
      options.systems.every((system) => found.some((span) => systemOf(span) === system));
    const followed = await followRequest(
      { http, ids, spans },
      {
        url: serviceUrl(stack.services.api, options.path ?? stack.services.api.readyPath),
        waitMs: options.waitMs,
        traceIdHeader: '',
        // Spans of the clients may come in a batch before their request's own, which ends after them.
        settled: (found, whole) => whole && complete(found),
      },
    );
    const { exchange, evidence } = followed;
    const found = followed.spans.spans;
    if (!exchange.response)
      return fail('unreachable', { expected: 'an answer', actual: exchange.actual, evidence });
    const expected = `spans of ${options.systems.join(' and ')} below the request’s span`;
    if (found.length === 0)
      return fail('no-spans', { expected, actual: `none in ${access.source}`, evidence });
    const missing = options.systems.filter((system) => !found.some((span) => systemOf(span) === system));
    const apart = lostIn(followed).filter((span) => missing.includes(systemOf(span) ?? ''));
    if (apart.length > 0) {
      return fail('in-another-trace', {
        expected,
        actual: namesOf(apart),
        evidence: [...evidence, { kind: 'spans', label: 'spans during the request', spans: apart }],
      });
    }
    if (missing.length > 0) {
      return fail('missing', {
        expected,
        actual: `none of ${missing.join(' or ')} among ${found.length} spans`,
        evidence,
      });
    }
    const { orphans, roots, rings } = buildTraceTree(found, followed.sent.spanId);
    const lost = [...orphans, ...roots, ...rings].find((span) => systemOf(span) !== undefined);
    if (lost) {
      const actual = `"${lost.name}" is below ${lost.parentSpanId ?? 'nothing'}`;
      return fail('not-children', { expected, actual, evidence });
    }
    const clients = found.filter((span) => systemOf(span) !== undefined);
    return pass(
      `${clients.length} of ${found.length} spans`,
      { count: clients.length, what: 'spans of clients' },
      evidence,
    );
  },
});

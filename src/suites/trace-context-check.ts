import { excerpt } from '../base/safe-text.ts';
import { number, v } from '../base/schema.ts';
import { type CheckDefinition, defineCheck, type FailureCode } from '../check/define-check.ts';
import { fact } from '../check/exchange.ts';
import { option } from '../check/option.ts';
import type { Sabotage } from '../check/sabotage.ts';
import { serviceUrl } from '../check/service-url.ts';
import type { Examined } from '../check/verdict.ts';
import { otherTracesOf } from './leaked-context.ts';
import { type ObservedCase, observeTraceContext, type TraceContextCase } from './trace-context-suite.ts';

const options = {
  path: option(v.optional(v.string()), undefined, 'Path to request; unset: services.api.healthPath'),
  level: option(v.picklist([1, 2]), 1, 'Level of W3C Trace Context; 2 requires the random flag to be kept'),
  waitMs: option(number(), 8000, 'How long to wait for log lines and spans, in milliseconds'),
};

/** Enough for a broken stack: nothing that a sabotage takes away arrives later. */
const brokenWait = { waitMs: 1500 };

const unreachable = {
  headline: 'The API does not answer',
  means: 'a request got no response',
  hint: 'meatymusic logs api',
};
/** The status of a rate limit: about the path, not about the header. */
const tooManyRequests = 429;

export interface TraceContextSuite<Own extends string> {
  title: string;
  failureTitle: string;
  why: string;
  /** The header that the cases differ in. */
  header: 'traceparent' | 'tracestate';
  /** The first must be one that every API accepts: the others are compared with its answer. */
  cases: readonly TraceContextCase[];
  /** Ways to fail beyond the header not being answered, or refused. */
  codes: Record<Own | 'not-continued', FailureCode>;
  /** The sabotage of the own codes. */
  sabotage: readonly Sabotage[];
  /** Judges the cases whose trace was seen, once every valid trace continues. */
  judge(seen: readonly ObservedCase[], level: 1 | 2): SuiteJudgement<Own>;
}

/** What a suite finds beyond the trace ID. */
export interface SuiteJudgement<Own extends string> {
  wrong?: { code: Own; expected: string; actual: string } | undefined;
  /** Further counts of a pass: `28 parents`. */
  judged?: Examined[];
  /** What could not be seen, for the evidence of a pass. */
  unseen?: string[];
  /** What the title claims could not be seen at all: no verdict. */
  skip?: { reason: string; enable: string };
}

/** Returns a check that the API follows W3C Trace Context for each of these headers, however it shows its traces. */
export function traceContextCheck<Own extends string>({
  title,
  failureTitle,
  why,
  header,
  cases,
  codes,
  sabotage,
  judge,
}: TraceContextSuite<Own>): CheckDefinition<
  typeof options,
  'http' | 'ids' | 'logs' | 'spans',
  Own | 'not-continued' | 'refused' | 'unreachable' | 'leaks-context'
> {
  const refused = {
    headline: `The API refuses a request because of its ${header}`,
    means: `the API answers a request with another status because of its ${header}`,
    hint: `read ${header} with the propagator of your SDK: it drops what it cannot read, and the request continues`,
  };
  const leaks = {
    headline: 'A request joins the trace of another one',
    means: 'a request is in the trace of another request: its context was still active',
    hint: 'end the context of a request with the request: detach what a middleware attached, instead of a global or enterWith()',
  };
  const sentIn = ({ sent, tracestate, again }: ObservedCase) =>
    excerpt(header === 'traceparent' ? sent : [tracestate, again?.value].filter(Boolean).join(', '), 120);
  return defineCheck({
    title,
    failureTitle,
    why,
    after: ['api/health'],
    blockedBy: { 'observability/trace-propagates': ['not-continued', 'leaks-context'] },
    judges: 'api',
    needs: ['http', 'ids', 'logs', 'spans'],
    uses: ['api'],
    tags: ['w3c', 'traces'],
    level: 'advisory',
    timeoutMs: 30_000,
    options,
    codes: { ...codes, unreachable, refused, 'leaks-context': leaks },
    sabotage: [
      {
        name: 'traceparent never arrives',
        code: 'not-continued',
        kind: 'http',
        service: 'api',
        change: { removeRequestHeaders: ['traceparent'] },
        options: brokenWait,
      },
      {
        name: 'every request is in the trace of the first one',
        code: 'leaks-context',
        kind: 'http',
        service: 'api',
        change: { repeatRequestHeader: 'traceparent' },
        options: brokenWait,
      },
      ...sabotage.map((each) => ({ ...each, options: brokenWait })),
    ],
    async run({ http, ids, logs, spans, stack, options: { path, waitMs, level }, pass, fail, skip }) {
      const url = serviceUrl(stack.services.api, path ?? stack.services.api.healthPath);
      const observed = await observeTraceContext({ http, ids, logs, spans }, url, cases, waitMs);
      const evidence = observed.map((each) =>
        fact(`${each.expect}: ${each.name}`, `${sentIn(each)} → ${each.failure ?? outcome(each)}`),
      );
      const unanswered = observed.find(({ failure }) => failure);
      if (unanswered) {
        return fail('unreachable', {
          expected: `an answer to ${unanswered.name}`,
          actual: unanswered.failure ?? '',
          evidence,
        });
      }
      const judged = observed.filter(({ response }) => response?.status !== tooManyRequests);
      const usual = judged[0]?.response?.status;
      const other = judged.find(({ response }) => response?.status !== usual);
      if (other) {
        return fail('refused', {
          expected: `${usual}, with ${other.name} (${sentIn(other)})`,
          actual: `${other.response?.status}`,
          evidence,
        });
      }
      const seen = observed.filter((each) => each.seen);
      if (seen.length === 0) {
        return skip(
          'which trace the API uses cannot be seen: not in its spans, its log or its response',
          'let the API print its spans and set services.api.log, or answer with X-Trace-ID',
        );
      }
      const leak = leakIn(seen);
      if (leak) return fail('leaks-context', { ...leak, evidence });
      const dropped = seen.filter((each) => each.expect === 'continue' && each.seen !== each.ids.traceId);
      const [first] = dropped;
      if (first) {
        return fail('not-continued', {
          expected: `trace ${first.ids.traceId} continues, with ${first.name} (${sentIn(first)})`,
          actual: `the API uses ${first.seen}; ${dropped.length} of ${seen.length} cases`,
          evidence,
        });
      }
      const { wrong, judged: further = [], unseen = [], skip: impossible } = judge(seen, level);
      if (wrong) return fail(wrong.code, { expected: wrong.expected, actual: wrong.actual, evidence });
      if (impossible) return skip(impossible.reason, impossible.enable);
      const more = further.filter(({ count }) => count > 0).map(({ count, what }) => `${count} ${what}`);
      return pass(
        [`${seen.length} of ${cases.length} headers seen and right`, ...more].join(', '),
        [{ count: seen.length, what: 'headers' }, ...further],
        [...evidence, ...unseen.map((what) => fact('not judged', what))],
      );
    },
  });
}

/** Returns a case in the trace of another one: of what was sent with that one, or of what the API began for it. */
function leakIn(seen: readonly ObservedCase[]): { expected: string; actual: string } | undefined {
  for (const each of seen) {
    const headers = each.response?.headers ?? {};
    const used = otherTracesOf({ sent: each.ids, spans: each.spans, lines: [], headers });
    for (const { traceId, where } of used) {
      if (each.sent.toLowerCase().includes(traceId)) continue;
      const owner = seen.find(
        (other) => other !== each && (other.ids.traceId === traceId || other.seen === traceId),
      );
      if (!owner) continue;
      return {
        expected: `a trace of its own for the request with ${each.name}`,
        actual: `${where} is in trace ${traceId}, which is that of the request with ${owner.name}`,
      };
    }
  }
  return undefined;
}

const outcome = ({ response, seen, where, entry }: ObservedCase) =>
  [
    `${response?.status}`,
    seen ? `trace ${seen} (${where})` : 'its trace was not seen',
    ...(entry?.parentSpanId ? [`parent ${entry.parentSpanId}`] : []),
    ...(entry?.traceState ? [`tracestate ${excerpt(entry.traceState, 120)}`] : []),
  ].join(', ');

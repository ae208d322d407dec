import { excerpt } from '../base/safe-text.ts';
import { number, v } from '../base/schema.ts';
import { type CheckDefinition, defineCheck, type FailureCode } from '../check/define-check.ts';
import { fact } from '../check/exchange.ts';
import { option } from '../check/option.ts';
import { type ObservedCase, observeTraceContext, type TraceContextCase } from './trace-context-suite.ts';

const options = {
  path: option(v.optional(v.string()), undefined, 'Path that is asked for; unset: services.api.healthPath'),
  waitMs: option(number(), 4000, 'How long log lines and spans may take to arrive, in milliseconds'),
};

const unreachable = { means: 'a request got no answer', hint: 'meatymusic logs api' };
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
  /** Further requirements of the header, for the cases whose trace was seen; judged once every valid trace continues. */
  judge(seen: readonly ObservedCase[]): { code: Own; expected: string; actual: string } | undefined;
}

/** Returns a check that the API follows W3C Trace Context for each of these headers, however it shows its traces. */
export function traceContextCheck<Own extends string>({
  title,
  failureTitle,
  why,
  header,
  cases,
  codes,
  judge,
}: TraceContextSuite<Own>): CheckDefinition<
  typeof options,
  'http' | 'ids' | 'logs' | 'spans',
  Own | 'not-continued' | 'refused' | 'unreachable'
> {
  const refused = {
    means: `the API answers a request with another status because of its ${header}`,
    hint: `read ${header} with the propagator of your SDK: it drops what it cannot read, and the request continues`,
  };
  const sentIn = ({ sent, tracestate, again }: ObservedCase) =>
    excerpt(header === 'traceparent' ? sent : [tracestate, again?.value].filter(Boolean).join(', '), 120);
  return defineCheck({
    title,
    failureTitle,
    why,
    after: ['api/health'],
    judges: 'api',
    needs: ['http', 'ids', 'logs', 'spans'],
    uses: ['api'],
    tags: ['w3c', 'traces'],
    level: 'advisory',
    timeoutMs: 20_000,
    options,
    codes: { ...codes, unreachable, refused },
    sabotage: [
      {
        name: 'traceparent never arrives',
        code: 'not-continued',
        kind: 'http',
        service: 'api',
        change: { removeRequestHeaders: ['traceparent'] },
      },
    ],
    async run({ http, ids, logs, spans, stack, options: { path, waitMs }, pass, fail, skip }) {
      const url = new URL(path ?? stack.services.api.healthPath, stack.services.api.url).href;
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
      const usual = observed[0]?.response?.status;
      const other = observed.find(
        ({ response }) => response?.status !== usual && response?.status !== tooManyRequests,
      );
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
          'which trace the API uses cannot be seen: not in its response, its log or its spans',
          'answer with traceparent, or set services.api.log',
        );
      }
      const dropped = seen.filter((each) => each.expect === 'continue' && each.seen !== each.traceId);
      const [first] = dropped;
      if (first) {
        return fail('not-continued', {
          expected: `trace ${first.traceId} continues, with ${first.name} (${sentIn(first)})`,
          actual: `the API uses ${first.seen}; ${dropped.length} of ${seen.length} cases`,
          evidence,
        });
      }
      const wrong = judge(seen);
      if (wrong) return fail(wrong.code, { expected: wrong.expected, actual: wrong.actual, evidence });
      return pass(
        `${seen.length} of ${cases.length} headers seen and right`,
        { count: seen.length, what: 'headers' },
        evidence,
      );
    },
  });
}

const outcome = ({ response, seen, where }: ObservedCase) =>
  `${response?.status}, ${seen ? `trace ${seen} (${where})` : 'its trace was not seen'}`;

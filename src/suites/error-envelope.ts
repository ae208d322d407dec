import { v } from '../base/schema.ts';
import type { Json } from '../check/json.ts';
import { firstAt, parseJson } from '../check/json-path.ts';
import { option } from '../check/option.ts';
import type { HttpResponse } from '../check/probes.ts';
import { codeOfAnswer, endpointCodes } from './endpoint-answer.ts';
import { shownInternals } from './shown-internals.ts';

export const envelopeOptions = {
  codePaths: option(
    v.array(v.string()),
    ['error.code', 'code', 'error_code', 'error.type', 'errors.0.code'],
    'Paths of the code in the envelope; the first match counts',
  ),
  messagePaths: option(
    v.array(v.string()),
    ['error.message', 'message', 'detail', 'error_description', 'errors.0.detail'],
    'Paths of the message in the envelope; the first match counts',
  ),
  traceIdPaths: option(
    v.array(v.string()),
    ['error.trace_id', 'trace_id', 'error.traceId', 'traceId', 'error.request_id', 'request_id'],
    'Paths of the trace ID in the envelope; the first match counts',
  ),
};

export const envelopeCodes = {
  ...endpointCodes,
  'wrong-status': {
    headline: 'The error has an unexpected status',
    means: 'the status is not one of the expected ones',
    hint: 'meatymusic logs api --since 5m',
  },
  'not-an-envelope': {
    headline: 'The error is not in an error envelope',
    means:
      'the body is neither a JSON error envelope with a code and a message nor problem details (RFC 9457)',
    hint: 'give every error the same shape, including those of the framework and of unknown paths',
  },
  'no-trace-id': {
    headline: 'The error envelope has no trace ID',
    means: 'the envelope has no trace ID',
    hint: 'put the trace ID of the request into every error',
  },
  'other-trace-id': {
    headline: 'The error envelope has the trace ID of another request',
    means: 'the trace ID is not the one of the request',
    hint: 'continue the traceparent of the request before anything can fail',
  },
  'internals-shown': {
    headline: 'The error shows internals of the service',
    means: 'the answer shows internals: a stack, SQL, a constraint, a file, an address',
    hint: 'log the cause with its trace ID, and send none of it to the caller',
  },
} as const;

export type EnvelopeCode = keyof typeof envelopeCodes;

export interface JudgedError {
  code?: EnvelopeCode;
  expected: string;
  actual: string;
}

export interface EnvelopeExpectation {
  /** URL of the request. */
  url: string;
  statuses: readonly number[];
  traceId: string;
  paths: Record<keyof typeof envelopeOptions, string[]>;
}

type Problem = { code: EnvelopeCode; actual: string };

/** Judges one error response; `code` is absent where nothing is wrong. Internals come first: they are the worst. */
export function judgeErrorEnvelope(response: HttpResponse, expectation: EnvelopeExpectation): JudgedError {
  const { statuses, url } = expectation;
  const status = statuses.length === 1 ? `${statuses[0]}` : `one of ${statuses.join(', ')}`;
  const expected = `${status} with an envelope: code, message, trace ID, no internals`;
  const problem = problemOf(response, expectation);
  const shown = response.status >= 400 ? shownInternals(response, { url }) : [];
  if (shown.length > 0) {
    const rest = problem ? `, and ${problem.actual}` : '';
    return { code: 'internals-shown', expected, actual: `it shows ${shown.join(', ')}${rest}` };
  }
  if (problem) return { ...problem, expected };
  const { code } = envelopeIn(response, expectation.paths);
  return { expected, actual: `${response.status} ${String(code)}` };
}

function problemOf(response: HttpResponse, expectation: EnvelopeExpectation): Problem | undefined {
  const { statuses, paths } = expectation;
  if (!statuses.includes(response.status)) {
    const code = codeOfAnswer({ response }, statuses) ?? 'wrong-status';
    return { code, actual: `it answers ${response.status}` };
  }
  const envelope = envelopeIn(response, paths);
  if (envelope.problem) return { code: 'not-an-envelope', actual: envelope.problem };
  return traceProblem(envelope.body, expectation);
}

/** Returns the code of the envelope and its body, or why there is none. */
function envelopeIn(
  { body: text, headers, status }: HttpResponse,
  { codePaths, messagePaths }: EnvelopeExpectation['paths'],
): { body: Json; code?: Json; problem?: string } {
  const body = parseJson(text);
  const type = headers['content-type'] ?? 'no content type';
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { body: null, problem: `its body is ${text === '' ? 'empty' : `no JSON object (${type})`}` };
  }
  if (/^application\/problem\+json\b/i.test(type)) return problemDetails(body, status);
  const code = firstAt(body, codePaths)?.value;
  const message = firstAt(body, messagePaths)?.value;
  if (!isFilled(code) || !isFilled(message)) {
    return { body, problem: `its JSON has no ${isFilled(code) ? 'message' : 'code'}` };
  }
  return { body, code: code as Json };
}

/** RFC 9457: `type` identifies the problem, `title` and `detail` describe it, `status` repeats the response's. */
function problemDetails(body: Record<string, Json>, status: number) {
  const { type = 'about:blank', title, detail, code } = body;
  if (body.status !== undefined && body.status !== status) {
    return { body, problem: `its problem details have the status ${JSON.stringify(body.status)}` };
  }
  const name = [code, type === 'about:blank' ? title : type, title].find(isFilled);
  if (name === undefined || (!isFilled(title) && !isFilled(detail))) {
    return { body, problem: 'its problem details have no title and no detail' };
  }
  return { body, code: name };
}

function isFilled(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== '' && value !== false;
}

/** Texts that programs print for a value that they do not have. */
const absentId = /^(?:undefined|null|none|nil|nan|unknown|n\/a|-|0+|false|\[object Object\])?$/i;

function traceProblem(
  body: Json,
  { traceId, paths }: Pick<EnvelopeExpectation, 'traceId' | 'paths'>,
): Problem | undefined {
  const given = firstAt(body, paths.traceIdPaths);
  if (!given) {
    const { instance } = body as Record<string, Json>;
    const isInInstance = typeof instance === 'string' && instance.toLowerCase().includes(traceId);
    return isInInstance ? undefined : { code: 'no-trace-id', actual: 'its JSON has no trace ID' };
  }
  const text = String(given.value).trim();
  if (absentId.test(text)) {
    return { code: 'no-trace-id', actual: `${given.path} is ${JSON.stringify(given.value)}` };
  }
  const id = text.replace(/^0x/i, '').replaceAll('-', '').toLowerCase();
  if (id.includes(traceId)) return undefined;
  // An ID of the request alone may have any form; of the trace there is one.
  if (!/trace/i.test(given.path) && !/^[\da-f]{32}$/.test(id)) return undefined;
  return { code: 'other-trace-id', actual: `${given.path} is ${text.slice(0, 100)}, not ${traceId}` };
}

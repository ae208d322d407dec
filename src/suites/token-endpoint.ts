import { integer, v } from '../base/schema.ts';
import type { FailureCode } from '../check/define-check.ts';
import type { Evidence } from '../check/evidence.ts';
import { exchange } from '../check/exchange.ts';
import { option } from '../check/option.ts';
import type { HttpProbe } from '../check/probes.ts';
import { serviceUrl } from '../check/service-url.ts';
import { withinMs } from './endpoint-answer.ts';
import { answerCodes, type JudgedAnswer, judgeAnswer } from './token-answer.ts';

export const endpointOptions = {
  path: option(v.string(), '/api/v1/me', 'Path of an endpoint that needs a token'),
  method: option(v.string(), 'GET', 'Its method'),
  body: option(v.string(), '', 'JSON body to send; empty: no body'),
  withinMs,
};

export const refusalOptions = {
  ...endpointOptions,
  status: option(
    v.union([integer(100, 599), v.array(integer(100, 599))]),
    [401, 302, 303, 307],
    'Statuses that count as a refusal; a redirect counts only if it leads to a login page',
  ),
};

/** Codes of a check that a request is refused; `subject` begins a sentence: `A request without a token`. */
export function refusalCodes(subject: string, hint: string) {
  return {
    ...answerCodes,
    accepted: { headline: `${subject} is accepted`, means: 'the request is accepted', hint },
    'wrong-status': {
      headline: `${subject} is not answered with 401`,
      means: 'the error is not one of the configured refusals',
      hint: 'if this status is how the API refuses: options: { auth: { status: [401, 403] } }; a 400 may be caused by the body (option body)',
    },
  } satisfies Record<string, FailureCode>;
}

export type RefusalCode = keyof ReturnType<typeof refusalCodes>;

interface Endpoint {
  path: string;
  method: string;
  body: string;
  withinMs: number;
}

/** Sends the endpoint requests with different tokens and keeps the evidence of all. */
export class TokenEndpoint {
  readonly evidence: Evidence[] = [];
  readonly url: string;
  readonly #http: HttpProbe;
  readonly #endpoint: Endpoint;

  constructor(http: HttpProbe, api: { url: string }, endpoint: Endpoint) {
    this.#http = http;
    this.#endpoint = endpoint;
    this.url = serviceUrl(api, endpoint.path);
  }

  /** `GET http://localhost:8000/api/v1/me`. */
  get name(): string {
    return `${this.#endpoint.method} ${this.url}`;
  }

  /** Sends one request and judges its answer; without a token, no Authorization header is sent. */
  async send(label: string, refusals: readonly number[], token?: string): Promise<JudgedAnswer> {
    const { method, body, withinMs: timeoutMs } = this.#endpoint;
    const headers: Record<string, string> = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body ? { 'content-type': 'application/json' } : {}),
    };
    const request = { url: this.url, method, headers, timeoutMs, ...(body ? { body } : {}) };
    const asked = await exchange(this.#http, request, label);
    this.evidence.push(asked.evidence);
    return judgeAnswer(asked, this.url, refusals);
  }
}

export function isRefusal({ judgement }: JudgedAnswer): boolean {
  return judgement === 'refused' || judgement === 'other-refusal';
}

/** True where nothing was judged because no answer, or 429, arrived. */
export function isObstacle({ judgement }: JudgedAnswer): boolean {
  return judgement === 'unreachable' || judgement === 'timeout' || judgement === 'rate-limited';
}

/**
 * True for an answer to a token that was let in: a success, or another answer than the one without a token, behind the
 * authentication: a body that does not validate.
 */
export function isLetIn({ judgement, status }: JudgedAnswer, bare: JudgedAnswer): boolean {
  if (judgement === 'accepted') return true;
  return (judgement === 'other-error' || judgement === 'redirected') && status !== bare.status;
}

/** Returns the reason why the answer to the accepted token, which is not let in, proves nothing about refusals. */
export function whyNotLetIn({ judgement, actual }: JudgedAnswer): string {
  if (judgement === 'not-judged') return `the API fails before it judges the accepted token: ${actual}`;
  if (judgement === 'no-endpoint') return `with the accepted token the path serves nothing: ${actual}`;
  return `no token is let in: with the accepted one ${actual}`;
}

/** Returns the code of a failure for an answer that is no refusal of the configured ones. */
export function refusalCodeOf({ judgement }: JudgedAnswer): RefusalCode {
  const isOther = judgement === 'refused' || judgement === 'other-refusal' || judgement === 'other-error';
  return isOther ? 'wrong-status' : judgement;
}

/** `401 or a redirect to a login`. */
export function describeRefusals(statuses: readonly number[]): string {
  const isRedirect = (status: number) => status >= 300 && status < 400;
  const plain = statuses.filter((status) => !isRedirect(status)).map(String);
  return [...plain, ...(statuses.some(isRedirect) ? ['a redirect to a login'] : [])].join(' or ');
}

import { maskHeader, maskUrl } from '../base/secret-places.ts';
import type { Evidence } from './evidence.ts';
import {
  type HttpExchange,
  type HttpProbe,
  type HttpRequest,
  type HttpResponse,
  ProbeError,
} from './probes.ts';

/** A request with its result: either `response` or `failure`. */
export interface Exchanged {
  /** Absent: there was none, and `failure` has the reason. */
  response?: HttpResponse;
  /** Code and message of the probe. Absent: there is a response. */
  failure?: { code: string; message: string };
  /** For `actual` of a failure: `it answers 503`, `it answers 302 with Location: /login`, or why there is no response. */
  actual: string;
  evidence: Evidence;
}

/** Joins the values of a repeated name, as in a response. */
function sentHeaders({ headers = {}, moreHeaders = [] }: HttpRequest): Record<string, string> {
  const sent = { ...headers };
  for (const [name, value] of moreHeaders) sent[name] = sent[name] ? `${sent[name]}, ${value}` : value;
  return sent;
}

/**
 * Sends a request. Resolves to the response or the failure, with evidence in which secrets are masked; rejects with errors
 * that are no `ProbeError`. Default label of the evidence: `request`.
 *
 * @example
 * const { response, actual, evidence } = await exchange(http, { url: stack.services.api.url });
 */
export async function exchange(http: HttpProbe, request: HttpRequest, label = 'request'): Promise<Exchanged> {
  const sent = {
    method: request.method ?? 'GET',
    url: request.url,
    headers: sentHeaders(request),
  };
  try {
    const response = await http.request(request);
    return {
      response,
      actual: `it answers ${response.status}${redirectionOf(response)}`,
      evidence: { kind: 'http', label, exchange: withoutCredentials({ request: sent, response }) },
    };
  } catch (error) {
    const failure = probeFailure(error);
    return {
      failure,
      actual: failure.message,
      evidence: { kind: 'http', label, exchange: withoutCredentials({ request: sent, error: failure }) },
    };
  }
}

/** Returns the target of a redirection as the end of a sentence, without credentials; empty for any other response. */
function redirectionOf({ status, headers }: HttpResponse): string {
  const isRedirection = status >= 300 && status < 400 && headers.location !== undefined;
  return isRedirection ? ` with Location: ${maskUrl(headers.location as string).slice(0, 300)}` : '';
}

/** Returns code and message of a `ProbeError`; throws any other error. */
export function probeFailure(error: unknown): { code: string; message: string } {
  if (!(error instanceof ProbeError)) throw error;
  return { code: error.code, message: error.message };
}

/**
 * Resolves to the value of a call of a probe, or to its failure: for checks that judge both. Rejects with errors that are no
 * `ProbeError`.
 *
 * @example
 * const { value, failure } = await attempt(redis.command(['PING']));
 */
export async function attempt<T>(
  call: Promise<T>,
): Promise<
  | { value: T; failure?: undefined }
  | { value?: undefined; failure: Pick<ProbeError, 'code' | 'message' | 'details'> }
> {
  try {
    return { value: await call };
  } catch (error) {
    const failure = probeFailure(error);
    return { failure: { ...failure, details: (error as ProbeError).details } };
  }
}

/**
 * Returns a text with a label as evidence.
 *
 * @example
 * pass('2 replicas', { count: 2, what: 'replicas' }, [fact('version', '16.2')]);
 */
export function fact(label: string, value: string): Evidence {
  return { kind: 'fact', label, value };
}

/** The exchange without credentials in its address and headers: of cookies, names and attributes are left. */
export function withoutCredentials(exchange: HttpExchange): HttpExchange {
  const { request, response, error } = exchange;
  const shown = { url: maskUrl(request.url), headers: shownHeaders(request.headers) };
  const headers = response && shownHeaders(response.headers);
  const rawHeaders = response && shownPairs(response.rawHeaders);
  const isClean =
    shown.url === request.url &&
    shown.headers === request.headers &&
    headers === response?.headers &&
    rawHeaders === response?.rawHeaders;
  // Ten thousand of them are kept.
  if (isClean) return exchange;
  return {
    request: { ...request, ...shown },
    ...(response && headers && rawHeaders ? { response: { ...response, headers, rawHeaders } } : {}),
    ...(error ? { error } : {}),
  };
}

function shownHeaders(headers: Record<string, string>): Record<string, string> {
  const shown = Object.entries(headers).map(([name, value]) => [name, maskHeader(name, value)] as const);
  return shown.some(([name, value]) => value !== headers[name]) ? Object.fromEntries(shown) : headers;
}

function shownPairs(pairs: HttpResponse['rawHeaders']): HttpResponse['rawHeaders'] {
  const shown = pairs.map(([name, value]): [string, string] => [name, maskHeader(name, value)]);
  return shown.some(([, value], index) => value !== pairs[index]?.[1]) ? shown : pairs;
}

import { isSecretHeader } from '../base/secret-names.ts';
import { maskHeader, maskUrl } from '../base/secret-places.ts';
import type { Evidence } from './evidence.ts';
import {
  type HttpExchange,
  type HttpProbe,
  type HttpRequest,
  type HttpResponse,
  ProbeError,
} from './probes.ts';

/** A request and what became of it: exactly one of `response` and `failure` is there. */
export interface Exchanged {
  response?: HttpResponse;
  failure?: { code: string; message: string };
  /** For `actual`: `it answers 503`, or why nothing came. */
  actual: string;
  evidence: Evidence;
}

/** A name that comes again is joined, as in an answer. */
function sentHeaders({ headers = {}, moreHeaders = [] }: HttpRequest): Record<string, string> {
  const sent = { ...headers };
  for (const [name, value] of moreHeaders) sent[name] = sent[name] ? `${sent[name]}, ${value}` : value;
  return sent;
}

/** Sends the request. Not getting an answer is a finding, not an exception; secrets stay out of the evidence. */
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
      actual: `it answers ${response.status}`,
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

/** Code and message of a `ProbeError`; everything else is a defect and is thrown on. */
export function probeFailure(error: unknown): { code: string; message: string } {
  if (!(error instanceof ProbeError)) throw error;
  return { code: error.code, message: error.message };
}

/** What a probe found, or its failure: for checks that judge both. */
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

/** A label with what was seen, as evidence. */
export function fact(label: string, value: string): Evidence {
  return { kind: 'fact', label, value };
}

/** The exchange without credentials in its address and headers: of cookies, names and attributes are left. */
export function withoutCredentials({ request, response, error }: HttpExchange): HttpExchange {
  return {
    request: { ...request, url: maskUrl(request.url), headers: shownHeaders(request.headers) },
    ...(response
      ? {
          response: {
            ...response,
            headers: shownHeaders(response.headers),
            rawHeaders: shownPairs(response.rawHeaders),
          },
        }
      : {}),
    ...(error ? { error } : {}),
  };
}

function shownHeaders(headers: Record<string, string>): Record<string, string> {
  const names = Object.keys(headers);
  if (!names.some(isSecretHeader)) return headers;
  return Object.fromEntries(names.map((name) => [name, maskHeader(name, headers[name] as string)]));
}

function shownPairs(pairs: HttpResponse['rawHeaders']): HttpResponse['rawHeaders'] {
  if (!pairs.some(([name]) => isSecretHeader(name))) return pairs;
  return pairs.map(([name, value]) => [name, maskHeader(name, value)]);
}

import { maskUrl } from '../base/redact.ts';
import type { Evidence } from './evidence.ts';
import { type HttpProbe, type HttpRequest, type HttpResponse, ProbeError } from './probes.ts';

const excerptLength = 2048;
const secretHeaders = new Set(['authorization', 'cookie', 'set-cookie', 'proxy-authorization']);

/** A request and what became of it: exactly one of `response` and `failure` is there. */
export interface Exchanged {
  response?: HttpResponse;
  failure?: { code: string; message: string };
  /** For `actual`: `it answers 503`, or why nothing came. */
  actual: string;
  evidence: Evidence;
}

/** Sends the request. Not getting an answer is a finding, not an exception; secrets stay out of the evidence. */
export async function exchange(http: HttpProbe, request: HttpRequest, label = 'request'): Promise<Exchanged> {
  const sent = {
    method: request.method ?? 'GET',
    url: maskUrl(request.url),
    headers: Object.fromEntries(
      Object.entries(request.headers ?? {}).map(([name, value]) => [name, shownHeader(name, value)]),
    ),
  };
  try {
    const response = await http.request(request);
    const shown =
      response.body.length > excerptLength ? response.body.slice(0, excerptLength) : response.body;
    return {
      response,
      actual: `it answers ${response.status}`,
      evidence: {
        kind: 'http',
        label,
        exchange: {
          request: sent,
          response: {
            ...response,
            body: shown,
            headers: mapValues(response.headers, shownHeader),
            rawHeaders: response.rawHeaders.map(([name, value]) => [name, shownHeader(name, value)]),
          },
        },
      },
    };
  } catch (error) {
    const failure = probeFailure(error);
    return {
      failure,
      actual: failure.message,
      evidence: { kind: 'http', label, exchange: { request: sent, error: failure } },
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
  { value: T; failure?: undefined } | { value?: undefined; failure: { code: string; message: string } }
> {
  try {
    return { value: await call };
  } catch (error) {
    return { failure: probeFailure(error) };
  }
}

/** A label with what was seen, as evidence. */
export function fact(label: string, value: string): Evidence {
  return { kind: 'fact', label, value };
}

function shownHeader(name: string, value: string): string {
  if (!secretHeaders.has(name.toLowerCase())) return value;
  const scheme = /^(Bearer|Basic) /i.exec(value)?.[0] ?? '';
  return `${scheme}[redacted]`;
}

function mapValues(
  record: Record<string, string>,
  map: (name: string, value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(name, value)]));
}

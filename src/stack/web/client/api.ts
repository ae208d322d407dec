import type { BrowserConfig } from '../browser-config.ts';

export interface Answer<T> {
  status: number;
  body: T;
  /** The trace that the API says it was. */
  traceId: string | null;
  durationMs: number;
}

/** Calls the API. Rejects where there is no answer at all; an error status is an answer. */
export async function callApi<T>({ apiUrl, serviceName }: BrowserConfig, path: string): Promise<Answer<T>> {
  const startedAt = performance.now();
  const response = await fetch(`${apiUrl}${path}`, {
    headers: { 'X-Service-Name': serviceName },
    signal: AbortSignal.timeout(5_000),
  });
  const body = (await response.json()) as T;
  return {
    status: response.status,
    body,
    traceId: response.headers.get('X-Trace-ID'),
    durationMs: performance.now() - startedAt,
  };
}

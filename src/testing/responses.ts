import { type HttpResponse, ProbeError } from '../check/probes.ts';

/** A response as the HTTP probe gives it; a body that is no text is sent as JSON. */
export function response(
  status: number,
  body: unknown = '',
  headers: Record<string, string> = {},
): HttpResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    status,
    headers,
    rawHeaders: Object.entries(headers),
    body: text,
    bodyBytes: text.length,
    address: '127.0.0.1:8000',
    durationMs: 3,
  };
}

/** Answers in this order, the last one for ever. */
export function inTurn(...answers: (HttpResponse | Error)[]) {
  let at = 0;
  return () => answers[Math.min(at++, answers.length - 1)]!;
}

export const refused = new ProbeError('ECONNREFUSED', 'localhost:8000: ECONNREFUSED, nothing listens there');

export const timedOut = new ProbeError('TIMEOUT', 'localhost:8000: no answer within 4 s');

export const unreadable = new ProbeError('BROKEN_ENCODING', 'localhost:8000: the body is not gzip');

/** The trace of the check tester's identifiers. */
export const testTraceId = '0af7651916cd43dd8448eb211c80319c';

export function envelope(code: string, over: Record<string, unknown> = {}) {
  return { error: { code, message: 'There is nothing at this address.', trace_id: testTraceId, ...over } };
}

import type { BrowserVisit } from './probes.ts';

/** `GET /api/v1/compose?seed=x → 200`. */
export function requestLine(request: BrowserVisit['requests'][number]): string {
  return `${requestName(request)} → ${request.failure ?? request.status ?? 'no answer'}`;
}

/** `GET /api/v1/compose?seed=x`. */
export function requestName({ method, url }: BrowserVisit['requests'][number]): string {
  return `${method} ${url}`;
}

/** `error: Failed to load resource`. */
export function consoleLine({ type, text }: BrowserVisit['console'][number]): string {
  return `${type}: ${text}`;
}

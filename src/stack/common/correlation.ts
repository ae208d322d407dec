import { randomUUID } from 'node:crypto';

/** Valid request IDs: short, and harmless in a log line and a header. */
const acceptable = /^[\w.:-]{1,128}$/;

/** The value of a correlation header, if it is fit to be repeated. */
export function acceptedId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && acceptable.test(header) ? header : undefined;
}

/** The caller's `X-Request-ID`, or a new one. */
export function requestId(header: string | string[] | undefined): string {
  return acceptedId(header) ?? randomUUID();
}

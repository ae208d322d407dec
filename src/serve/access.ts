import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Who may read. */
export interface AccessRules {
  /** Names under which the server may be called, beside `localhost` and every IP address. */
  hosts: readonly string[];
  /** Required as `Authorization: Bearer <token>`, or as the password of `Basic`. Default: nothing is required. */
  token?: string | undefined;
}

export interface Refusal {
  status: 400 | 401 | 403;
  message: string;
  headers?: Record<string, string>;
}

/** Returns why a request is refused; `undefined` if it is allowed. */
export function refusalOf(request: IncomingMessage, { hosts, token }: AccessRules): Refusal | undefined {
  const [host, ...more] = request.headersDistinct.host ?? [];
  if (more.length > 0) return { status: 400, message: 'the request has several Host headers' };
  const name = host === undefined ? undefined : hostnameOf(host);
  // A page of another site can reach this server only under a name of its own: DNS rebinding.
  if (name === undefined || !(name === 'localhost' || isIP(name) > 0 || hosts.includes(name))) {
    return { status: 403, message: 'this Host is not allowed; the server takes --allow-host <name>' };
  }
  if (token === undefined || isToken(request.headers.authorization, token)) return undefined;
  return {
    status: 401,
    message: 'a token is required: Authorization: Bearer <token>',
    headers: { 'www-authenticate': 'Basic realm="meatymusic", charset="UTF-8"' },
  };
}

/** True if only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Returns the name of a `Host` header in lower case, without port and brackets. */
function hostnameOf(host: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(host) ?? [];
  return (bracketed ?? plain)?.toLowerCase().replace(/\.$/, '');
}

function isToken(header: string | undefined, token: string): boolean {
  const [, scheme, credentials = ''] = /^(bearer|basic) +(\S+) *$/i.exec(header ?? '') ?? [];
  if (scheme === undefined) return false;
  if (scheme.toLowerCase() === 'bearer') return isEqual(credentials, token);
  const pair = Buffer.from(credentials, 'base64').toString();
  return isEqual(pair.slice(pair.indexOf(':') + 1), token);
}

/** Compares digests, so that the time depends neither on the length nor on the first difference. */
function isEqual(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

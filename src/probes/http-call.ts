import type { LookupFunction } from 'node:net';
import { urlOf } from '../base/endpoint.ts';
import { type HttpRequest, ProbeError } from '../check/probes.ts';
import { refusePlaceholder } from './address.ts';
import { type Budget, budgetOf } from './budget.ts';
import type { ProbeContext } from './context.ts';
import { lookupOf } from './lookup.ts';

const defaultMaxBodyBytes = 1024 * 1024;

/** A request on its way. */
export interface HttpCall {
  request: HttpRequest;
  url: URL;
  /** Name and port, as `url` has them. */
  host: string;
  method: string;
  /** A list: a line each. */
  headers: Record<string, string | number | string[]>;
  maxBodyBytes: number;
  lookup: LookupFunction;
  budget: Budget;
  /** For messages, without credentials. */
  target: string;
  /** Every address that was dialled. */
  tried: string[];
  /** What is awaited, for the message when time is up. */
  awaited: string;
  startedAt: number;
}

/** Throws a `ProbeError` where the address is none. */
export function callOf(request: HttpRequest, context: ProbeContext): HttpCall {
  const url = parse(request.url);
  refusePlaceholder(url.hostname, context);
  if (!url.username && !url.password) addCredentials(url, context);
  const { host } = url;
  const method = (request.method ?? 'GET').toUpperCase();
  const call: HttpCall = {
    request,
    url,
    host,
    method,
    headers: headersOf(request, url),
    maxBodyBytes: request.maxBodyBytes ?? defaultMaxBodyBytes,
    lookup: lookupOf(context),
    budget: budgetOf(context, () => call.awaited, request.timeoutMs),
    target: `${method} ${url.protocol}//${host}${url.pathname}`,
    tried: [],
    awaited: `no address for the name ${url.hostname}`,
    startedAt: performance.now(),
  };
  return call;
}

function parse(text: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    // Node's error holds the text, and that may hold a password.
  }
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new ProbeError('INVALID_URL', 'the address is not an absolute http or https URL');
}

/** Adds user and password of the service at this origin, which are no part of what a check sees of it. */
function addCredentials(url: URL, { endpoints }: Pick<ProbeContext, 'endpoints'>): void {
  for (const service of Object.keys(endpoints)) {
    const address = urlOf(endpoints[service]);
    if (!address?.includes('@') || !URL.canParse(address)) continue;
    const { origin, username, password } = new URL(address);
    if (origin !== url.origin) continue;
    url.username = username;
    url.password = password;
    return;
  }
}

function headersOf(request: HttpRequest, url: URL): HttpCall['headers'] {
  const headers: HttpCall['headers'] = { ...request.headers };
  if ((url.username || url.password) && !nameOf('authorization', headers)) {
    const userInfo = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.Authorization = `Basic ${Buffer.from(userInfo).toString('base64')}`;
  }
  for (const [name, value] of request.moreHeaders ?? []) {
    const known = nameOf(name.toLowerCase(), headers) ?? name;
    headers[known] = [headers[known] ?? [], value].flat().map(String);
  }
  if (!nameOf('user-agent', headers)) headers['User-Agent'] = 'meatymusic';
  if (!nameOf('accept', headers)) headers.Accept = '*/*';
  if (request.body !== undefined && !nameOf('content-length', headers)) {
    headers['Content-Length'] = Buffer.byteLength(request.body);
  }
  return headers;
}

/** As the header is written. */
function nameOf(lower: string, headers: HttpCall['headers']): string | undefined {
  for (const name in headers) if (name.toLowerCase() === lower) return name;
  return undefined;
}

const repeatable = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A connection is used again only for these: the server may have carried out any other before it closed the connection.
 */
export function isRepeatable({ method }: HttpCall): boolean {
  return repeatable.has(method);
}

export function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
}

/** `[::1]` → `::1`, as a socket takes it. */
export function hostOf(url: URL): string {
  return url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
}

import type { HttpResponse } from '../check/probes.ts';

/** Methods that a preflight grants without being listed (Fetch standard, CORS-safelisted method). */
const safelistedMethods = ['GET', 'HEAD', 'POST'];
/** Methods whose name a browser writes in upper case; any other is sent as it is. */
const normalizedMethods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'];
/** Headers that need no permission; Content-Type needs one for JSON. */
const safelistedHeaders = ['accept', 'accept-language', 'content-language'];

/** The permissions that a browser asks for before it sends a request. */
export interface PreflightRequest {
  method: string;
  /** In lower case, sorted, without those that need no permission. */
  headers: string[];
  /** False where the browser sends the request without asking. */
  isNeeded: boolean;
}

export function preflightRequest(method: string, headers: readonly string[]): PreflightRequest {
  const upper = method.toUpperCase();
  const sent = normalizedMethods.includes(upper) ? upper : method;
  const names = headers.map((name) => name.toLowerCase()).filter((name) => !safelistedHeaders.includes(name));
  const unsafe = [...new Set(names)].sort();
  return { method: sent, headers: unsafe, isNeeded: unsafe.length > 0 || !safelistedMethods.includes(sent) };
}

/** Returns the permissions that the answer of a preflight lacks: method names match by case, header names do not. */
export function missingPermissions(
  { headers: answer }: HttpResponse,
  { method, headers }: PreflightRequest,
  credentials: boolean,
): { method?: string; headers?: string } {
  const methods = listOf(answer['access-control-allow-methods']);
  const names = listOf(answer['access-control-allow-headers']).map((name) => name.toLowerCase());
  // With cookies, the wildcard is a name like any other; it never includes Authorization.
  const anyMethod = !credentials && methods.includes('*');
  const anyHeader = !credentials && names.includes('*');
  const isGranted = anyMethod || methods.includes(method) || safelistedMethods.includes(method);
  const missing = headers.filter((name) => !names.includes(name) && !(anyHeader && name !== 'authorization'));
  return {
    ...(isGranted ? {} : { method: `allowed: ${methods.join(', ') || 'none'}` }),
    ...(missing.length > 0 ? { headers: `not allowed: ${missing.join(', ')}` } : {}),
  };
}

function listOf(header = ''): string[] {
  return header
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

import { maskUrl } from '../../../base/secret-places.ts';
import { type Exchanged, exchange } from '../../../check/exchange.ts';
import type { HttpProbe, HttpRequest } from '../../../check/probes.ts';

/** Headers without information about the caller: the only ones that are sent to another origin. */
const harmlessHeaders = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-language',
  'content-type',
  'range',
  'user-agent',
]);

/**
 * Sends the request and follows redirects, `most` at most: to http and https alone, with GET after 301, 302 and 303, as
 * browsers do. Another origin (scheme, host or port) gets no credential: no header but harmless ones, no user
 * information, no client certificate; a redirect there that would repeat a body (307, 308) is not followed, because the
 * body may hold one. What was dropped stays dropped, also where a later redirect leads back.
 */
export async function followRedirects(
  http: HttpProbe,
  first: HttpRequest,
  most: number,
): Promise<{ asked: Exchanged; lastUrl: string }> {
  let request = first;
  const hops: string[] = [];
  for (let count = 0; ; count++) {
    const asked = await exchange(http, request, 'response');
    hops.push(maskUrl(request.url));
    const unfollowable = most > 0 ? problemOfTarget(request, asked) : undefined;
    if (unfollowable) return { asked: failed(asked, unfollowable), lastUrl: request.url };
    const next = most > 0 ? redirected(request, asked) : undefined;
    if (!next) return { asked, lastUrl: request.url };
    if (count === most) return { asked: tooMany(asked, hops), lastUrl: request.url };
    request = next;
  }
}

/** Makes a failure of an answer that redirects once too often: a loop has no status. */
function tooMany(asked: Exchanged, hops: readonly string[]): Exchanged {
  const loopsFrom = hops.indexOf(hops.at(-1) ?? '');
  const path =
    loopsFrom < hops.length - 1
      ? hops.slice(0, hops.indexOf(hops[loopsFrom] ?? '', loopsFrom + 1) + 1)
      : hops;
  const what = path.length < hops.length ? 'a loop of redirects' : 'too many redirects';
  const message = `${what}, stopped after ${hops.length - 1}: ${path.join(' → ').slice(0, 1000)}`;
  return failed(asked, message, 'TOO_MANY_REDIRECTS');
}

function failed({ evidence }: Exchanged, message: string, code = 'REDIRECT_NOT_FOLLOWED'): Exchanged {
  return { failure: { code, message }, actual: message, evidence };
}

/** Returns why no client can follow a redirect, as Go's client does, which goss uses; `undefined` for any other answer. */
function problemOfTarget(request: HttpRequest, { response, actual }: Exchanged): string | undefined {
  if (!response || ![301, 302, 303, 307, 308].includes(response.status)) return undefined;
  const { location } = response.headers;
  if (!location) return undefined;
  if (!URL.canParse(location, request.url)) return `${actual}, which is no URL`;
  const { protocol } = new URL(location, request.url);
  return /^https?:$/.test(protocol) ? undefined : `${actual}, and ${protocol} is not followed`;
}

/** The request that the answer asks for; `undefined` where it asks for none that may be sent. */
function redirected(request: HttpRequest, { response }: Exchanged): HttpRequest | undefined {
  const location = response?.headers.location;
  if (!location || ![301, 302, 303, 307, 308].includes(response.status)) return undefined;
  const from = new URL(request.url);
  const url = new URL(location, request.url);
  const keepsMethod = response.status >= 307 || request.method === 'HEAD';
  const { body, ...rest } = request;
  const next = { ...rest, method: keepsMethod ? (request.method ?? 'GET') : 'GET' };
  const repeatsBody = response.status >= 307 && body !== undefined;
  if (url.origin === from.origin) {
    if (!url.username && !url.password) [url.username, url.password] = [from.username, from.password];
    return { ...next, url: url.href, ...(repeatsBody ? { body } : {}) };
  }
  return repeatsBody ? undefined : { ...withoutCredentials(next), url: url.href };
}

function withoutCredentials({ headers = {}, moreHeaders = [], tls, ...rest }: HttpRequest): HttpRequest {
  const isHarmless = ([name]: readonly [string, string]) => harmlessHeaders.has(name.toLowerCase());
  const { certFile: _cert, keyFile: _key, ...trust } = tls ?? {};
  return {
    ...rest,
    headers: Object.fromEntries(Object.entries(headers).filter(isHarmless)),
    moreHeaders: moreHeaders.filter(isHarmless),
    ...(tls ? { tls: trust } : {}),
  };
}

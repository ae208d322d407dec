/**
 * Returns the address of a path below a service's address, whose own path is kept: `/health` below `http://host/v1` is
 * `http://host/v1/health`. An absolute URL is returned as it is.
 *
 * @example
 * const url = serviceUrl(stack.services.api, '/v2/songs');
 */
export function serviceUrl({ url }: { url: string }, path: string): string {
  if (/^https?:\/\//i.test(path)) return new URL(path).href;
  const base = new URL(url);
  return new URL(`${base.pathname.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`, base).href;
}

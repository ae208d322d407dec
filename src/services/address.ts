import type { ContainerFacts } from './kind.ts';

/** The host of a URL, without the brackets of an IPv6 address. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

export function withoutCredentials({ origin, pathname }: URL): string {
  return `${origin}${pathname}`.replace(/\/$/, '');
}

/** The address of an HTTP service in a container: protocol and path as configured. */
export function httpAddress({ host, port, configured: { protocol, pathname } }: ContainerFacts): string {
  return `${protocol}//${host}:${port}${pathname === '/' ? '' : pathname}`;
}

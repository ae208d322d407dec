/** Address of a service, credentials included, or the reason for its absence. There is no default port. */
export type Endpoint = { url: string } | { absent: Absence };

/** Reason why a service has no address. */
export interface Absence {
  code: 'not-running' | 'port-not-published' | 'switched-off' | 'no-address' | 'not-named';
  /** `container shop-redis-1 exited (1)` */
  reason: string;
  /** Next step for the user; a command where there is one. */
  hint: string;
}

export function switchedOff(service: string): Absence {
  return {
    code: 'switched-off',
    reason: `the configuration says that this stack has no ${service}`,
    hint: `services.${service}.enabled: true`,
  };
}

/** Of a service with a default address that is not named: what answers there may be anything. */
export function notNamed(service: string): Absence {
  return {
    code: 'not-named',
    reason: `no file, variable or flag names ${service}: it is not part of this stack, and its default address is not asked`,
    hint: `services.${service}.url: …`,
  };
}

/** Returns the address, or `undefined` where there is none. */
export function urlOf(endpoint: Endpoint | undefined): string | undefined {
  return endpoint && 'url' in endpoint ? endpoint.url : undefined;
}

export function absenceOf(endpoint: Endpoint | undefined): Absence | undefined {
  return endpoint && 'absent' in endpoint ? endpoint.absent : undefined;
}

const placeholderEnding = '.invalid';

/** Returns a host that no resolver finds (RFC 6761), for a service without an address. */
export const placeholderHost = (service: string): string => `${service}${placeholderEnding}`;

/** Returns the service of a placeholder host. */
export function serviceOfPlaceholder(hostname: string): string | undefined {
  return hostname.endsWith(placeholderEnding) ? hostname.slice(0, -placeholderEnding.length) : undefined;
}

/** Where a service is reached, credentials included, or why it has no address. Nothing falls back to a default port. */
export type Endpoint = { url: string } | { absent: Absence };

/** The reason for which a service has no address. */
export interface Absence {
  code: 'not-running' | 'port-not-published' | 'switched-off';
  /** `container shop-redis-1 exited (1)` */
  reason: string;
  /** What to do about it; a command where there is one. */
  hint: string;
}

export function switchedOff(service: string): Absence {
  return {
    code: 'switched-off',
    reason: `the configuration says that this stack has no ${service}`,
    hint: `services.${service}.enabled: true`,
  };
}

/** The address, or `undefined` where there is none. */
export function urlOf(endpoint: Endpoint | undefined): string | undefined {
  return endpoint && 'url' in endpoint ? endpoint.url : undefined;
}

export function absenceOf(endpoint: Endpoint | undefined): Absence | undefined {
  return endpoint && 'absent' in endpoint ? endpoint.absent : undefined;
}

const placeholderEnding = '.invalid';

/** A host that no resolver ever finds (RFC 6761): shown where a service has no address. */
export const placeholderHost = (service: string): string => `${service}${placeholderEnding}`;

/** The service that a placeholder was made for. */
export function serviceOfPlaceholder(hostname: string): string | undefined {
  return hostname.endsWith(placeholderEnding) ? hostname.slice(0, -placeholderEnding.length) : undefined;
}

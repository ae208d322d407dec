import dns from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { ProbeContext } from './context.ts';
import { createNameService, type NameService } from './name-service.ts';

/**
 * The system's resolver, asked in a process of its own, and for `localhost` both loopback addresses: systems differ in
 * which of them it names, and a service may listen on either alone.
 */
export function lookupOf(context: Pick<ProbeContext, 'shared'>): LookupFunction {
  return (name, options, done) => {
    if (isIP(name)) return void dns.lookup(name, options as dns.LookupAllOptions, done as never);
    if (name === 'localhost') return localAddresses(options as dns.LookupAllOptions, done as never);
    nameService(context).lookup(name, options, done as never);
  };
}

export function nameService({ shared }: Pick<ProbeContext, 'shared'>): NameService {
  return shared.get('names', createNameService, (names) => names.close());
}

/** Starts what looks up names before the time of a call is counted, if this host is a name that needs it. */
export async function startNameService(
  context: Pick<ProbeContext, 'shared' | 'giveBack'>,
  host: string,
): Promise<void> {
  if (host === '' || host === 'localhost' || isIP(host.replace(/^\[|\]$/g, ''))) return;
  const startedAt = performance.now();
  await nameService(context).ready();
  context.giveBack?.(performance.now() - startedAt);
}

function localAddresses(
  options: dns.LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, found: dns.LookupAddress[]) => void,
): void {
  if (!options.all) return void dns.lookup('localhost', options, done as never);
  dns.lookup('localhost', { ...options, all: true, family: 0 }, (_error, found) => {
    const addresses = [...(found ?? [])];
    for (const [address, family] of [
      ['127.0.0.1', 4],
      ['::1', 6],
    ] as const) {
      if (!addresses.some((known) => known.address === address)) addresses.push({ address, family });
    }
    done(null, addresses);
  });
}

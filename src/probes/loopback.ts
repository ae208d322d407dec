import dns from 'node:dns';
import type { LookupFunction } from 'node:net';

/**
 * The system's resolver, and for `localhost` both loopback addresses: systems differ in which of them it names, and a
 * service may listen on either alone.
 */
export const lookup: LookupFunction = (name, options, done) => {
  if (name !== 'localhost' || !options.all)
    return void dns.lookup(name, options as dns.LookupAllOptions, done as never);
  dns.lookup(name, { ...options, all: true, family: 0 }, (_error, found) => {
    const addresses = [...(found ?? [])];
    for (const [address, family] of [
      ['127.0.0.1', 4],
      ['::1', 6],
    ] as const) {
      if (!addresses.some((known) => known.address === address)) addresses.push({ address, family });
    }
    done(null, addresses);
  });
};

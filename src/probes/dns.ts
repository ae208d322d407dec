import dns from 'node:dns';
import { ProbeError } from '../check/probes.ts';
import { budgetOf } from './budget.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';
import { networkError } from './network-error.ts';

/** `any-address` asks the system's resolver, hosts file included; every other type asks a name server. */
export function createDnsProbe(context: ProbeContext): ClosableProbe<'dns'> {
  return {
    async resolve({ name, type = 'any-address', server }) {
      const startedAt = performance.now();
      const budget = budgetOf(context, () => `no answer${server ? ` of ${server}` : ''} for ${name}`);
      const resolver = new dns.promises.Resolver({ timeout: budget.ms, tries: 1 });
      let unwatch = () => {};
      try {
        if (server) resolver.setServers([server]);
        const records = await Promise.race([
          ask(resolver, name, type, server !== undefined),
          new Promise<never>((_resolve, reject) => {
            unwatch = budget.watch(reject);
          }),
        ]);
        return { records, durationMs: performance.now() - startedAt };
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ETIMEOUT')
          throw new ProbeError('TIMEOUT', `no answer for ${name} within ${budget.ms} ms`);
        if (code === 'ERR_INVALID_IP_ADDRESS')
          throw new ProbeError('INVALID_SERVER', 'the name server is not an IP address');
        throw networkError(error, name);
      } finally {
        unwatch();
        resolver.cancel();
      }
    },
  };
}

async function ask(
  resolver: dns.promises.Resolver,
  name: string,
  type: string,
  atServer: boolean,
): Promise<string[]> {
  switch (type) {
    case 'A':
      return resolver.resolve4(name);
    case 'AAAA':
      return resolver.resolve6(name);
    case 'CNAME':
      return resolver.resolveCname(name);
    case 'MX':
      return (await resolver.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${exchange}`);
    case 'NS':
      return resolver.resolveNs(name);
    case 'PTR':
      return /^[\d.]+$|:/.test(name) ? resolver.reverse(name) : resolver.resolvePtr(name);
    case 'SRV':
      return (await resolver.resolveSrv(name)).map(
        ({ priority, weight, port, name: target }) => `${priority} ${weight} ${port} ${target}`,
      );
    case 'TXT':
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
    default: {
      if (!atServer) return (await dns.promises.lookup(name, { all: true })).map(({ address }) => address);
      const both = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
      const found = both.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
      if (found.length === 0 && both[0].status === 'rejected') throw both[0].reason;
      return found;
    }
  }
}

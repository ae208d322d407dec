import dns from 'node:dns';
import { isIP } from 'node:net';
import { type DnsQuery, ProbeError } from '../check/probes.ts';
import { budgetOf } from './budget.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';
import { nameService, startNameService } from './lookup.ts';
import type { NameService } from './name-service.ts';
import { networkError } from './network-error.ts';

/** `any-address` asks the system's resolver, hosts file included; every other type asks a name server. */
export function createDnsProbe(context: ProbeContext): ClosableProbe<'dns'> {
  return {
    async resolve(query) {
      const { name, server } = query;
      if (asksSystem(query)) await startNameService(context, name);
      const startedAt = performance.now();
      const budget = budgetOf(context, () => `no answer${server ? ` of ${server}` : ''} for ${name}`);
      const resolver = new dns.promises.Resolver({ timeout: budget.ms, tries: 1 });
      let unwatch = () => {};
      try {
        if (server) resolver.setServers([server]);
        const records = await Promise.race([
          ask(resolver, nameService(context), query),
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

type RecordType = Exclude<DnsQuery['type'], 'any-address' | undefined>;

/** Records as name servers write them, but for the dot behind names. */
const readers: Record<RecordType, (resolver: dns.promises.Resolver, name: string) => Promise<string[]>> = {
  A: (resolver, name) => resolver.resolve4(name),
  AAAA: (resolver, name) => resolver.resolve6(name),
  CAA: async (resolver, name) =>
    (await resolver.resolveCaa(name)).map(({ critical, ...rest }) => {
      const [tag, value] = Object.entries(rest)[0] ?? [];
      return `${critical} ${tag} ${value}`;
    }),
  CNAME: (resolver, name) => resolver.resolveCname(name),
  MX: async (resolver, name) =>
    (await resolver.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${exchange}`),
  NS: (resolver, name) => resolver.resolveNs(name),
  PTR: (resolver, name) => (isIP(name) ? resolver.reverse(name) : resolver.resolvePtr(name)),
  SRV: async (resolver, name) =>
    (await resolver.resolveSrv(name)).map(
      ({ priority, weight, port, name: target }) => `${priority} ${weight} ${port} ${target}`,
    ),
  TXT: async (resolver, name) => (await resolver.resolveTxt(name)).map((parts) => parts.join('')),
};

/** What ends with a name. */
const endsWithName = new Set<string>(['CNAME', 'MX', 'NS', 'PTR', 'SRV']);

const asksSystem = ({ type = 'any-address', server }: DnsQuery) =>
  type === 'any-address' && server === undefined;

async function ask(resolver: dns.promises.Resolver, names: NameService, query: DnsQuery): Promise<string[]> {
  const { name, type = 'any-address', trailingDot = false } = query;
  if (type !== 'any-address') {
    const records = await readers[type](resolver, name);
    return trailingDot && endsWithName.has(type) ? records.map((record) => `${record}.`) : records;
  }
  if (asksSystem(query)) return fromSystem(names, name);
  const both = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const found = both.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  if (found.length === 0 && both[0].status === 'rejected') throw both[0].reason;
  return found;
}

function fromSystem(names: NameService, name: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    names.lookup(name, { all: true }, (error, found) => {
      if (error) reject(error);
      else resolve((found as dns.LookupAddress[]).map(({ address }) => address));
    });
  });
}

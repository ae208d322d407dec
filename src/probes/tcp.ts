import net from 'node:net';
import { budgetOf } from './budget.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';
import { lookupOf, startNameService } from './lookup.ts';
import { addressText, networkError } from './network-error.ts';

export function createTcpProbe(context: ProbeContext): ClosableProbe<'tcp'> {
  const lookup = lookupOf(context);
  return {
    async connect({ host, port, family, fromAddress }) {
      await startNameService(context, host);
      const target = addressText(host, port);
      const tried: string[] = [];
      const startedAt = performance.now();
      return new Promise((resolve, reject) => {
        const socket = net.connect({
          host: host.replace(/^\[|\]$/g, ''),
          port,
          lookup,
          ...(family ? { family } : {}),
          ...(fromAddress ? { localAddress: fromAddress } : {}),
        });
        const budget = budgetOf(context, () =>
          tried.length > 0
            ? `no connection to ${target} (tried ${tried.join(', ')})`
            : `no address for the name ${host}`,
        );
        let unwatch = () => {};
        const finish = (error: unknown) => {
          unwatch();
          const address = addressText(socket.remoteAddress, socket.remotePort);
          socket.destroy();
          if (error) reject(networkError(error, target, tried));
          else resolve({ address, durationMs: performance.now() - startedAt });
        };
        socket.on('connectionAttempt', (ip: string, to: number) => tried.push(addressText(ip, to)));
        socket.on('error', finish);
        socket.once('connect', () => finish(undefined));
        // An attempt that is over already calls back at once.
        unwatch = budget.watch(finish);
      });
    },
  };
}

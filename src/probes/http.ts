import type { ClosableProbe, ProbeContext } from './context.ts';
import { exchangeByNode, nodeAgents } from './http-by-node.ts';
import { callOf } from './http-call.ts';
import { Connections } from './http-connections.ts';
import { assertOnlyReads } from './http-effects.ts';
import { exchangeOnKept, fitsKept } from './http-on-kept.ts';

/**
 * node:http and sockets rather than fetch: fetch refuses ports, hides the address that was dialled, follows proxies and
 * puts passwords into its messages. What is kept for the length of a run: a thousand checks of one service need a few
 * connections.
 */
export function createHttpProbe(context: ProbeContext): ClosableProbe<'http'> {
  const connections = context.shared.get(
    'http connections',
    () => new Connections(),
    (all) => all.close(),
  );
  return {
    async request(request) {
      const call = callOf(request, context);
      assertOnlyReads(call, context);
      if (fitsKept(call)) return exchangeOnKept(call, connections);
      return exchangeByNode(call, nodeAgents(context.shared));
    },
  };
}

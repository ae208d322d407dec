import type { ClosableProbe, ProbeContext } from './context.ts';
import { callOf } from './http-call.ts';
import { assertOnlyReads } from './http-effects.ts';
import { exchangeHttp } from './http-exchange.ts';
import { startNameService } from './lookup.ts';

/**
 * Uses node:http rather than fetch: fetch refuses ports, hides the address that was dialled, follows proxies and puts
 * passwords into its messages. A run shares its connections: a thousand checks of one service need a few.
 */
export function createHttpProbe(context: ProbeContext): ClosableProbe<'http'> {
  return {
    async request(request) {
      const { hostname } = URL.canParse(request.url) ? new URL(request.url) : { hostname: '' };
      await startNameService(context, hostname);
      const call = callOf(request, context);
      assertOnlyReads(call, context);
      return exchangeHttp(call, context.shared);
    },
  };
}

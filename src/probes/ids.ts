import { randomBytes, randomUUID } from 'node:crypto';
import { pause } from '../base/await-until.ts';
import { ProbeError } from '../check/probes.ts';
import { budgetOf } from './budget.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';

export function createIdsProbe(context: ProbeContext): ClosableProbe<'ids'> {
  return {
    async trace() {
      const traceId = nonZeroHex(16);
      const spanId = nonZeroHex(8);
      return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
    },
    async uuid() {
      return randomUUID();
    },
    async now() {
      return context.clock.now();
    },
    async pause({ ms }) {
      const budget = budgetOf(context, () => `a pause of ${ms} ms does not end`);
      if (ms > budget.ms) throw new ProbeError('TIMEOUT', `a pause of ${ms} ms is longer than the attempt`);
      await pause(ms, context.signal, context.clock);
    },
    async token(query) {
      const { createToken } = await import('./ids-token.ts');
      return createToken(query, context.auth, context.clock.now());
    },
    async forgeries(query) {
      const { createForgeries } = await import('./forgeries.ts');
      const { auth, clock, shared, stack } = context;
      const isApiLocal = stack.runtime !== 'compose' && isLoopback(new URL(stack.services.api.url).hostname);
      return createForgeries(query, { auth, nowMs: clock.now(), shared, isApiLocal });
    },
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

/** All zeros means "no trace" in W3C Trace Context. */
function nonZeroHex(bytes: number): string {
  const hex = randomBytes(bytes).toString('hex');
  return /^0+$/.test(hex) ? nonZeroHex(bytes) : hex;
}

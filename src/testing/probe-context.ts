import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../base/clock.ts';
import { createSharedResources } from '../base/shared-resources.ts';
import type { StackInfo } from '../check/stack.ts';
import type { ProbeContext } from '../probes/context.ts';

export const testStack: StackInfo = {
  runtime: 'external',
  services: {
    api: {
      kind: 'api',
      enabled: true,
      url: 'http://127.0.0.1:1',
      serviceName: 'meatymusic-api',
      healthPath: '/health',
      readyPath: '/health/ready',
    },
    web: {
      kind: 'web',
      enabled: true,
      url: 'http://127.0.0.1:1',
      serviceName: 'meatymusic-web',
      appName: 'MeatyMusic',
    },
    database: {
      kind: 'postgres',
      enabled: true,
      host: '127.0.0.1',
      port: 1,
      name: 'meatymusic',
      user: 'postgres',
    },
    cache: { kind: 'redis', enabled: true, host: '127.0.0.1', port: 1 },
  },
  telemetry: {},
};

/** Creates a context for one attempt of `timeoutMs`; `close` releases its shared resources. */
export function testProbeContext(
  over: Partial<ProbeContext> & { timeoutMs?: number } = {},
): ProbeContext & { close(): Promise<void> } {
  const { timeoutMs = 10_000, ...rest } = over;
  const endsAt = performance.now() + timeoutMs;
  const shared = createSharedResources();
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error('the attempt is over')), timeoutMs);
  return {
    signal: abort.signal,
    remainingMs: () => endsAt - performance.now(),
    clock: systemClock,
    effects: 'disruptive',
    stack: testStack,
    endpoints: {
      api: { url: 'http://127.0.0.1:1' },
      web: { url: 'http://127.0.0.1:1' },
      database: { url: 'postgresql://postgres:postgres@127.0.0.1:1/meatymusic' },
      cache: { url: 'redis://127.0.0.1:1' },
    },
    database: { applicationRole: 'meatymusic_app' },
    auth: {},
    logs: {},
    artifacts: {
      path: async (name) => path.join(mkdtempSync(path.join(tmpdir(), 'meatymusic-test-')), name),
    },
    shared,
    ...rest,
    async close() {
      clearTimeout(timer);
      abort.abort(new Error('the test is over'));
      await shared.close();
    },
  };
}

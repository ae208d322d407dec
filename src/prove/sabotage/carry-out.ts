import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { SpansProbe } from '../../check/probes.ts';
import type { Sabotage } from '../../check/sabotage.ts';
import { withServices } from '../../check/stack.ts';
import { addressOf } from '../../probes/address.ts';
import type { ProbeChanges } from '../../session/probe-source.ts';
import type { StackUnderTest } from '../../session/stack.ts';
import { carryOutUndo, changeSignal } from '../../session/undo.ts';
import { startCannedServer } from './canned-server.ts';
import { startSabotagingProxy } from './http-proxy.ts';
import { breakStack, lasts, undoOf } from './lasting.ts';
import { sabotageLog } from './log-filter.ts';
import { sabotageMigrations } from './migrations-copy.ts';
import { sabotageSpans } from './span-filter.ts';

/** A stack as one attempt sees it: whole, or broken in one way. */
export interface SeenStack {
  underTest: StackUnderTest;
  changes: ProbeChanges;
}

export interface BrokenStack extends SeenStack {
  /** Resolves once everything is as it was. */
  restore(): Promise<void>;
}

/** Throws a `Fault` for a service that others would not find again. */
async function refuseToStop(sabotage: Sabotage, { runtime }: StackUnderTest): Promise<void> {
  if (sabotage.kind !== 'stop' && sabotage.kind !== 'environment') return;
  const message = await runtime.control?.refusal?.(sabotage.service, changeSignal());
  if (message) throw new Fault({ code: 'stack-port-changes', message, exitCode: ExitCode.config });
}

/**
 * Breaks the stack, or the checker's view of it, in the way that a check declares. A change that outlives this process is
 * recorded before it is made. Rejects where it cannot, with nothing left broken.
 */
export async function carryOut(sabotage: Sabotage, underTest: StackUnderTest): Promise<BrokenStack> {
  if (lasts(sabotage)) {
    const stack = { runtime: underTest.runtime, base: () => underTest.base };
    await refuseToStop(sabotage, underTest);
    const undo = undoOf(sabotage);
    const recorded = underTest.ledger.record({ what: `sabotage "${sabotage.name}"`, undo });
    const restore = async () => {
      await carryOutUndo(undo, stack, { isUncertain: false });
      recorded.remove();
    };
    try {
      await breakStack(sabotage, stack);
    } catch (error) {
      // Not everything was broken that is undone here. What cannot be undone keeps its record.
      await carryOutUndo(undo, stack, { isUncertain: true }).then(recorded.remove, () => {});
      throw error;
    }
    return { underTest, changes: {}, restore };
  }
  const { base } = underTest;
  const seen = (changes: ProbeChanges): BrokenStack => ({ underTest, changes, restore: async () => {} });
  switch (sabotage.kind) {
    case 'options':
      return seen({});
    case 'http': {
      const { service, change } = sabotage;
      const proxy = await startSabotagingProxy(addressOf(base, service), change);
      const stack = withServices(underTest.stack, { [service]: { url: proxy.url } });
      const endpoints = { ...base.endpoints, [service]: { url: proxy.url } };
      return {
        underTest: { ...underTest, stack, base: { ...base, stack, endpoints } },
        changes: {},
        restore: () => proxy.close(),
      };
    }
    case 'canned': {
      const { service } = sabotage;
      const address = new URL(addressOf(base, service));
      const server = await startCannedServer(sabotage);
      address.host = `127.0.0.1:${server.port}`;
      const stack = withServices(underTest.stack, { [service]: { host: '127.0.0.1', port: server.port } });
      const endpoints = { ...base.endpoints, [service]: { url: address.href } };
      return {
        underTest: { ...underTest, stack, base: { ...base, stack, endpoints } },
        changes: {},
        restore: () => server.close(),
      };
    }
    case 'logs': {
      const access = base.logs[sabotage.service];
      if (!access) {
        throw new Fault({
          code: 'no-sabotage',
          message: `the log of ${sabotage.service} cannot be read from here`,
          exitCode: ExitCode.unavailable,
        });
      }
      const logs = { ...base.logs, [sabotage.service]: sabotageLog(access, sabotage.change) };
      return seen({
        context: (name, context) =>
          name === 'logs' ? Object.create(context, { logs: { value: logs } }) : context,
      });
    }
    case 'migrations': {
      const { migrations } = base;
      if (!migrations) {
        throw new Fault({
          code: 'no-sabotage',
          message: 'migrations are switched off (migrations.enabled)',
          exitCode: ExitCode.unavailable,
        });
      }
      const copy = await sabotageMigrations(migrations, sabotage.files);
      return {
        ...seen({
          context: (_, context) => Object.create(context, { migrations: { value: copy.migrations } }),
        }),
        restore: copy.remove,
      };
    }
    case 'spans':
      return seen({
        probe: (name, probe) =>
          name === 'spans' ? sabotageSpans(probe as SpansProbe, sabotage.change) : probe,
      });
  }
}

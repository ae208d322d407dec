import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { PostgresProbe, RedisProbe, SpansProbe } from '../../check/probes.ts';
import type { Sabotage } from '../../check/sabotage.ts';
import { createProbe, createSharedResources, type ProbeContext } from '../../probes/index.ts';
import type { Runtime } from '../../runtimes/runtime.ts';
import type { ProbeChanges } from '../verify-probes.ts';
import type { StackUnderTest } from '../verify-stack.ts';
import { startSabotagingProxy } from './http-proxy.ts';
import { sabotageLog } from './log-filter.ts';
import { sabotageSpans } from './span-filter.ts';

/** A stack that is broken in one way: what the checker sees of it, and how to mend it. */
export interface Broken {
  underTest: StackUnderTest;
  changes: ProbeChanges;
  /** Options that replace the check's own. */
  options: Record<string, unknown>;
  /** Resolves once everything is as it was. */
  mend(): Promise<void>;
}

/** Longest time for taking something away or bringing it back. */
const withinMs = 60_000;

/** Breaks the stack, or the checker's view of it, in the way that a check declares. Rejects with a `Fault` where it cannot. */
export async function carryOut(sabotage: Sabotage, underTest: StackUnderTest): Promise<Broken> {
  const whole: Broken = { underTest, changes: {}, options: {}, mend: async () => {} };
  const { base, runtime } = underTest;
  switch (sabotage.kind) {
    case 'options':
      return { ...whole, options: sabotage.set };
    case 'http': {
      const { service, change } = sabotage;
      const proxy = await startSabotagingProxy(base.endpoints[`${service}Url`], change);
      const stack = { ...underTest.stack, [service]: { ...underTest.stack[service], url: proxy.url } };
      const endpoints = { ...base.endpoints, [`${service}Url`]: proxy.url };
      return {
        ...whole,
        underTest: { runtime, stack, base: { ...base, stack, endpoints } },
        mend: () => proxy.close(),
      };
    }
    case 'logs': {
      const access = base.logs[sabotage.service];
      if (!access) throw impossible(`the log of ${sabotage.service} cannot be read from here`);
      const logs = { ...base.logs, [sabotage.service]: sabotageLog(access, sabotage.change) };
      return {
        ...whole,
        changes: { context: (name, context) => (name === 'logs' ? { ...context, logs } : context) },
      };
    }
    case 'spans':
      return {
        ...whole,
        changes: {
          probe: (name, probe) =>
            name === 'spans' ? sabotageSpans(probe as SpansProbe, sabotage.change) : probe,
        },
      };
    case 'stop': {
      const control = controlOf(runtime);
      await orMend(control.stop(sabotage.service, timeout()), start);
      async function start() {
        await control.start(sabotage.kind === 'stop' ? sabotage.service : 'api', timeout());
      }
      return { ...whole, mend: start };
    }
    case 'environment': {
      const control = controlOf(runtime);
      const { service, set } = sabotage;
      const restore = () => control.restart(service, {}, timeout());
      await orMend(control.restart(service, set, timeout()), restore);
      return { ...whole, mend: restore };
    }
    case 'sql': {
      const run = (statements: string[]) =>
        withProbe('postgres', underTest, (probe) => runSql(probe, statements));
      await orMend(run(sabotage.break), () => run(sabotage.mend).catch(() => {}));
      return { ...whole, mend: () => run(sabotage.mend) };
    }
    case 'redis': {
      const run = (commands: (string | number)[][]) =>
        withProbe('redis', underTest, (probe) => runRedis(probe, commands));
      await orMend(run(sabotage.break), () => run(sabotage.mend).catch(() => {}));
      return { ...whole, mend: () => run(sabotage.mend) };
    }
  }
}

/** What was broken half-way is mended before the failure is told. */
async function orMend(breaking: Promise<void>, mend: () => Promise<void>): Promise<void> {
  try {
    await breaking;
  } catch (error) {
    await mend();
    throw error;
  }
}

function controlOf(runtime: Runtime): NonNullable<Runtime['control']> {
  if (!runtime.control) throw impossible(`the ${runtime.name} runtime cannot stop and start services`);
  return runtime.control;
}

function impossible(message: string): Fault {
  return new Fault({ code: 'no-sabotage', message, exitCode: ExitCode.unavailable });
}

function timeout(): AbortSignal {
  return AbortSignal.timeout(withinMs);
}

async function withProbe<Name extends 'postgres' | 'redis'>(
  name: Name,
  { base }: StackUnderTest,
  use: (probe: Name extends 'postgres' ? PostgresProbe : RedisProbe) => Promise<void>,
): Promise<void> {
  const { systemClock } = await import('../../base/clock.ts');
  const shared = createSharedResources();
  const endMs = Date.now() + withinMs;
  const context: ProbeContext = {
    ...base,
    signal: timeout(),
    remainingMs: () => Math.max(0, endMs - Date.now()),
    clock: systemClock,
    shared,
  };
  const probe = await createProbe(name, context);
  try {
    await use(probe as never);
  } finally {
    await probe.close?.();
    await shared.close();
  }
}

async function runSql(probe: PostgresProbe, statements: string[]): Promise<void> {
  const outcomes = await probe.session({ steps: statements.map((sql) => ({ sql })) });
  outcomes.forEach((outcome, index) => {
    if (!outcome.ok) throw impossible(`${statements[index]}: ${outcome.code} ${outcome.message}`);
  });
}

async function runRedis(probe: RedisProbe, commands: (string | number)[][]): Promise<void> {
  for (const [name, ...args] of commands) await probe.command({ name: String(name), args });
}

import { systemClock } from '../../../base/clock.ts';
import { Fault, messageOf } from '../../../base/errors.ts';
import { ExitCode } from '../../../base/exit-code.ts';
import type { PostgresProbe, RedisProbe } from '../../../check/probes.ts';
import type { Sabotage } from '../../../check/sabotage.ts';
import { createProbe, createSharedResources, type ProbeContext } from '../../../probes/index.ts';
import type { Runtime } from '../../../runtimes/runtime.ts';
import type { StackUnderTest } from '../../verify/stack.ts';

/** What changes the stack itself, and stays when the process that did it is killed. */
export type LastingSabotage = Extract<Sabotage, { kind: 'stop' | 'environment' | 'sql' | 'redis' }>;

export function lasts(sabotage: Sabotage): sabotage is LastingSabotage {
  return ['stop', 'environment', 'sql', 'redis'].includes(sabotage.kind);
}

export interface LastingWork {
  break(): Promise<void>;
  /** May be called whatever is broken of it. Rejects with a `Fault` `not-mended` that names what could not be undone. */
  mend(): Promise<void>;
}

/** Longest time for taking something away or bringing it back. */
const withinMs = 60_000;

export function lastingWork(sabotage: LastingSabotage, underTest: StackUnderTest): LastingWork {
  switch (sabotage.kind) {
    case 'stop': {
      const { service } = sabotage;
      const control = controlOf(underTest.runtime);
      return {
        break: () => control.stop(service, timeout()),
        mend: () => control.start(service, timeout()),
      };
    }
    case 'environment': {
      const { service, set } = sabotage;
      const control = controlOf(underTest.runtime);
      return {
        break: () => control.restart(service, set, timeout()),
        mend: () => control.restart(service, {}, timeout()),
      };
    }
    case 'sql':
      return {
        break: () => runSql(underTest, sabotage.break, 'no-sabotage'),
        mend: () => runSql(underTest, sabotage.mend, 'not-mended'),
      };
    case 'redis':
      return {
        break: () => runRedis(underTest, sabotage.break, 'no-sabotage'),
        mend: () => runRedis(underTest, sabotage.mend, 'not-mended'),
      };
  }
}

function controlOf({ control, name }: Runtime): NonNullable<Runtime['control']> {
  if (control) return control;
  throw new Fault({
    code: 'no-sabotage',
    message: `the ${name} runtime cannot stop and start services`,
    exitCode: ExitCode.unavailable,
  });
}

function timeout(): AbortSignal {
  return AbortSignal.timeout(withinMs);
}

/** Every statement is carried out, also behind one that fails. */
async function runSql(underTest: StackUnderTest, statements: string[], code: string): Promise<void> {
  await withProbe('postgres', underTest, async (probe) => {
    const outcomes = await probe.session({ steps: statements.map((sql) => ({ sql })) });
    refuse(
      code,
      outcomes.flatMap((outcome, index) =>
        outcome.ok ? [] : [`${statements[index]}: ${outcome.code} ${outcome.message}`],
      ),
    );
  });
}

async function runRedis(
  underTest: StackUnderTest,
  commands: (string | number)[][],
  code: string,
): Promise<void> {
  await withProbe('redis', underTest, async (probe) => {
    const problems: string[] = [];
    for (const command of commands) {
      const [name, ...args] = command;
      const sent = probe.command({ name: String(name), args });
      await sent.catch((error) => problems.push(`${command.join(' ')}: ${messageOf(error)}`));
    }
    refuse(code, problems);
  });
}

function refuse(code: string, [first, ...details]: string[]): void {
  if (first === undefined) return;
  throw new Fault({ code, message: first, details, exitCode: ExitCode.unavailable });
}

async function withProbe<Name extends 'postgres' | 'redis'>(
  name: Name,
  { base }: StackUnderTest,
  use: (probe: Name extends 'postgres' ? PostgresProbe : RedisProbe) => Promise<void>,
): Promise<void> {
  const shared = createSharedResources();
  const endMs = performance.now() + withinMs;
  const context: ProbeContext = {
    ...base,
    signal: timeout(),
    remainingMs: () => Math.max(0, endMs - performance.now()),
    clock: systemClock,
    effects: 'disruptive',
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

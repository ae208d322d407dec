import { Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { FaultCode } from '../base/fault-codes.ts';
import type { SqlStep } from '../check/probes.ts';
import type { ServiceName } from '../check/stack.ts';
import type { ProbeContext } from '../probes/index.ts';
import { standInMark } from '../runners/embedded/cache-store.ts';
import type { Runtime } from '../runners/runtime.ts';
import type { Undo } from './change.ts';
import { withProbe } from './with-probe.ts';

/** All of a probe's context that is the same for every attempt. */
export type ProbeBase = Omit<
  ProbeContext,
  'signal' | 'remainingMs' | 'clock' | 'control' | 'effects' | 'shared'
>;

export interface ChangeableStack {
  runtime: Pick<Runtime, 'name' | 'control'>;
  /** Called only for a change of data: what a stopped service has no address for is started first. */
  base(): ProbeBase | Promise<ProbeBase>;
}

export interface UndoOptions {
  /** The change may be under way, undone, or never made: nothing that is already as it was is a failure. */
  isUncertain: boolean;
}

/** Longest time for one change of the stack or for undoing it. */
const withinMs = 60_000;

const change = { withinMs, effects: 'disruptive' } as const;

/** SQLSTATEs of what is not there (any more), or is there already. */
const alreadyUndone = ['42704', '42P01', '42703', '42883', '42710', '42P07', '42701'];

/** Undoes a change. Rejects with a `Fault` `not-undone` that names what is left. */
export async function carryOutUndo(
  undo: Undo,
  stack: ChangeableStack,
  { isUncertain }: UndoOptions,
): Promise<void> {
  switch (undo.kind) {
    case 'start': {
      const { control } = controlled(stack);
      // The stop that was asked for may still be under way: a second one waits for its end.
      if (isUncertain) await control.stop(undo.service, changeSignal());
      return control.start(undo.service, changeSignal());
    }
    case 'restart':
      return controlled(stack).control.restart(undo.service, {}, changeSignal());
    case 'sql':
      return runSql(stack, undo, 'not-undone', isUncertain ? alreadyUndone : []);
    case 'redis':
      // What a stand-in cannot set was never set.
      return runRedis(stack, undo, 'not-undone', isUncertain ? [standInMark] : []);
  }
}

export function changeSignal(): AbortSignal {
  return AbortSignal.timeout(withinMs);
}

export function controlled({ runtime: { control, name } }: ChangeableStack) {
  if (control) return { control };
  throw new Fault({
    code: 'no-control',
    message: `the ${name} runtime cannot stop and start services`,
    exitCode: ExitCode.unavailable,
  });
}

/** Runs every statement, also those after one that fails; rejects with a `Fault` of this code that names all failures. */
export async function runSql(
  stack: ChangeableStack,
  { steps, service }: { steps: SqlStep[]; service?: ServiceName | undefined },
  code: FaultCode,
  tolerated: readonly string[] = [],
): Promise<void> {
  await withProbe('postgres', baseFor(await stack.base(), 'database', service), change, async (probe) => {
    const outcomes = await probe.session({ steps });
    refuse(
      code,
      outcomes.flatMap((outcome, index) =>
        outcome.ok || tolerated.includes(outcome.code)
          ? []
          : [`${steps[index]?.sql}: ${outcome.code} ${outcome.message}`],
      ),
    );
  });
}

/** The same for commands of Redis; the code is `stand-in` where the embedded one cannot do what Redis can. */
export async function runRedis(
  stack: ChangeableStack,
  { commands, service }: { commands: (string | number)[][]; service?: ServiceName | undefined },
  code: FaultCode,
  tolerated: readonly string[] = [],
): Promise<void> {
  await withProbe('redis', baseFor(await stack.base(), 'cache', service), change, async (probe) => {
    const problems: string[] = [];
    let isStandIn = false;
    for (const command of commands) {
      const [name, ...args] = command;
      const sent = probe.command({ name: String(name), args });
      await sent.catch((error) => {
        const message = messageOf(error);
        if (tolerated.some((end) => message.endsWith(end))) return;
        isStandIn ||= message.endsWith(standInMark);
        problems.push(`${command.join(' ')}: ${message}`);
      });
    }
    refuse(isStandIn ? 'stand-in' : code, problems);
  });
}

/** Returns the context of a probe for the role, which goes to this service instead. */
function baseFor(base: ProbeBase, role: ServiceName, service: ServiceName = role): ProbeBase {
  if (service === role) return base;
  const { [role]: _, ...others } = base.endpoints;
  const own = base.endpoints[service];
  return { ...base, endpoints: { ...others, ...(own && { [role]: own }) } };
}

function refuse(code: FaultCode, problems: string[]): void {
  if (problems.length === 0) return;
  throw new Fault({ code, message: problems.join('; '), exitCode: ExitCode.unavailable });
}

import type { Sabotage } from '../../check/sabotage.ts';
import type { Undo } from '../../session/change.ts';
import { type ChangeableStack, changeSignal, controlled, runRedis, runSql } from '../../session/undo.ts';

/** What changes the stack itself, and stays when the process that did it is killed. */
export type LastingSabotage = Extract<Sabotage, { kind: 'stop' | 'environment' | 'sql' | 'redis' }>;

export function lasts(sabotage: Sabotage): sabotage is LastingSabotage {
  return ['stop', 'environment', 'sql', 'redis'].includes(sabotage.kind);
}

/** Returns how a sabotage is undone, as it is recorded before the stack is broken. */
export function undoOf(sabotage: LastingSabotage): Undo {
  switch (sabotage.kind) {
    case 'stop':
      return { kind: 'start', service: sabotage.service };
    case 'environment':
      return { kind: 'restart', service: sabotage.service };
    case 'sql':
      return { kind: 'sql', ...serviceIn(sabotage), steps: stepsOf(sabotage.restore) };
    case 'redis':
      return { kind: 'redis', ...serviceIn(sabotage), commands: sabotage.restore };
  }
}

/** Breaks the stack. Rejects with a `Fault` where it cannot. */
export async function breakStack(sabotage: LastingSabotage, stack: ChangeableStack): Promise<void> {
  switch (sabotage.kind) {
    case 'stop':
      return controlled(stack).control.stop(sabotage.service, changeSignal());
    case 'environment':
      return controlled(stack).control.restart(sabotage.service, sabotage.set, changeSignal());
    case 'sql':
      return runSql(stack, { ...serviceIn(sabotage), steps: stepsOf(sabotage.break) }, 'no-sabotage');
    case 'redis':
      return runRedis(stack, { ...serviceIn(sabotage), commands: sabotage.break }, 'no-sabotage');
  }
}

const serviceIn = ({ service }: LastingSabotage) => (service === undefined ? {} : { service });
const stepsOf = (statements: readonly string[]) => statements.map((sql) => ({ sql }));

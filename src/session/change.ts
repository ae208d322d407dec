import type { ProcessIdentity } from '../base/process-identity.ts';
import type { SqlStep } from '../check/probes.ts';
import type { ServiceName } from '../check/stack.ts';
import type { RuntimeName } from '../runners/runtime.ts';
import { isServiceName } from '../services/problems.ts';

/** How a change to the stack is undone. Data, so that another process can do it. */
export type Undo =
  | { kind: 'start'; service: ServiceName }
  /** Restarts the service with its own environment. */
  | { kind: 'restart'; service: ServiceName }
  /** Without a service: in `database`. */
  | { kind: 'sql'; service?: ServiceName; steps: SqlStep[] }
  /** Without a service: in `cache`. */
  | { kind: 'redis'; service?: ServiceName; commands: (string | number)[][] };

export interface Change {
  /** The changed state, for a person: `cache is stopped (cache/degrades)`. */
  what: string;
  undo: Undo;
}

/** A change as its file holds it while it lasts. */
export interface ChangeRecord extends Change {
  version: 1;
  runtime: RuntimeName;
  /** Address of the server that was changed, without credentials; only where `meatymusic` did not start the stack. */
  target?: string;
  /** The process that made the change and undoes it itself as long as it lives. */
  by: ProcessIdentity & { command: string };
  /** Epoch milliseconds. */
  atMs: number;
}

/** True for changes of the services' processes, which end with the stack; others are in its data. */
export function isOfServices({ undo: { kind } }: Change): boolean {
  return kind === 'start' || kind === 'restart';
}

/** Returns the record in `text`. Throws an `Error` that names what is wrong with it. */
export function parseRecord(text: string): ChangeRecord {
  const record = JSON.parse(text) as Partial<ChangeRecord> | null;
  const { version, what, runtime, by, atMs, undo } = record ?? {};
  if (version !== 1) throw new Error(`version ${JSON.stringify(version)} is not known`);
  if (typeof what !== 'string' || typeof atMs !== 'number') throw new Error('"what" or "atMs" is missing');
  if (typeof runtime !== 'string') throw new Error('"runtime" is not known');
  if (typeof by?.pid !== 'number' || typeof by.started !== 'string') throw new Error('"by" names no process');
  if (!isUndo(undo)) throw new Error('"undo" is not known');
  return record as ChangeRecord;
}

function isUndo(undo: Undo | undefined): boolean {
  if (undo?.service !== undefined && !isServiceName(undo.service)) return false;
  switch (undo?.kind) {
    case 'start':
    case 'restart':
      return undo.service !== undefined;
    case 'sql':
      return Array.isArray(undo.steps) && undo.steps.every((step) => typeof step?.sql === 'string');
    case 'redis':
      return Array.isArray(undo.commands) && undo.commands.every((command) => Array.isArray(command));
    default:
      return false;
  }
}

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RuntimeName } from '../../../runtimes/runtime.ts';
import { ensureStackFolder, stackFolder } from '../../../runtimes/state.ts';
import type { LastingSabotage } from './lasting.ts';

/** Where it is written down how the stack is broken at the moment: a killed proof leaves it for the next call to mend. */
export interface SabotageRecord {
  write(sabotage: LastingSabotage): void;
  remove(): void;
}

export interface RecordedSabotage {
  version: 1;
  sabotage: LastingSabotage;
}

/** Held by the process that proves; a second one, and whoever would take what it breaks for a finding, stays away. */
export const proveLock = (root: string) => path.join(stackFolder(root), 'prove.lock');

/** One for each runtime: the data of a stack that is down keeps what was broken of it. */
const recordFile = (root: string, runtime: RuntimeName) =>
  path.join(stackFolder(root), `sabotage-${runtime}.json`);

export function sabotageRecord(root: string, runtime: RuntimeName): SabotageRecord {
  return {
    write(sabotage) {
      ensureStackFolder(root);
      const record: RecordedSabotage = { version: 1, sabotage };
      writeFileSync(recordFile(root, runtime), `${JSON.stringify(record, undefined, 2)}\n`, {
        mode: 0o600,
        flush: true,
      });
    },
    remove: () => removeRecord(root, runtime),
  };
}

/** `undefined` when nothing is broken, or when the kill came while it was written: then nothing was broken yet. */
export function readRecord(root: string, runtime: RuntimeName): RecordedSabotage | undefined {
  try {
    const record = JSON.parse(readFileSync(recordFile(root, runtime), 'utf8')) as RecordedSabotage;
    return record.version === 1 ? record : undefined;
  } catch {
    return undefined;
  }
}

export function removeRecord(root: string, runtime: RuntimeName): void {
  rmSync(recordFile(root, runtime), { force: true });
}

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { urlOf } from '../base/endpoint.ts';
import { codeOf, Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { isAlive, ownIdentity } from '../base/process-identity.ts';
import { makeFolderSync, replaceFileSync } from '../base/write-file.ts';
import type { Endpoints, RuntimeName } from '../runners/runtime.ts';
import { ensureStackFolder, stackFolder } from '../runners/state.ts';
import { type Change, type ChangeRecord, parseRecord, type Undo } from './change.ts';

/** Records what this process changes of a stack. A file for each change: processes share none. */
export interface Ledger {
  /** Returns once the record is on the disk and the change may be made. Throws a `Fault` (73) when it cannot be written. */
  record(change: Change): RecordedChange;
}

export interface RecordedChange {
  /** For after the change is undone. */
  remove(): void;
}

export interface LedgerOptions {
  runtime: RuntimeName;
  endpoints: Endpoints;
  /** `meatymusic verify` */
  command: string;
}

export const changesFolder = (root: string) => path.join(stackFolder(root), 'changes');

let count = 0;

export function createLedger(root: string, { runtime, endpoints, command }: LedgerOptions): Ledger {
  return {
    record(change) {
      const folder = changesFolder(root);
      const file = path.join(folder, `${process.pid}-${Date.now()}-${++count}.json`);
      const target = runtime === 'external' ? addressOf(change.undo, endpoints) : undefined;
      const record: ChangeRecord = {
        version: 1,
        runtime,
        ...(target ? { target } : {}),
        by: { ...ownIdentity(), command },
        atMs: Date.now(),
        ...change,
      };
      try {
        ensureStackFolder(root);
        makeFolderSync(folder, 0o700);
        replaceFileSync(file, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600, durable: true });
      } catch (cause) {
        throw new Fault({
          code: 'change-not-recorded',
          message: `the stack was not changed, because the change cannot be recorded: ${messageOf(cause)}`,
          hint: `make ${folder} writable`,
          exitCode: ExitCode.cannotWrite,
          cause,
        });
      }
      return { remove: () => rmSync(file, { force: true }) };
    },
  };
}

/** Address of the server that `undo` is for, without credentials. */
export function addressOf(undo: Undo, { database, cache }: Endpoints): string | undefined {
  const url = { sql: urlOf(database), redis: urlOf(cache), start: undefined, restart: undefined }[undo.kind];
  if (!url || !URL.canParse(url)) return undefined;
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

export interface FoundChange {
  file: string;
  record: ChangeRecord;
}

export interface FoundChanges {
  /** Of processes that have ended, newest first. */
  left: FoundChange[];
  /** Of other processes that are at work. */
  ongoing: FoundChange[];
  damaged: { file: string; problem: string }[];
}

/** Reads the records of all processes; removes drafts, whose changes were never made. */
export function readChanges(root: string): FoundChanges {
  const found: FoundChanges = { left: [], ongoing: [], damaged: [] };
  const own = ownIdentity();
  for (const name of namesIn(changesFolder(root))) {
    const file = path.join(changesFolder(root), name);
    if (name.endsWith('.tmp')) removeDraft(file, name);
    if (!name.endsWith('.json')) continue;
    try {
      const record = parseRecord(readFileSync(file, 'utf8'));
      if (!isAlive(record.by)) found.left.push({ file, record });
      else if (record.by.pid !== own.pid) found.ongoing.push({ file, record });
    } catch (error) {
      // The process that made the change has just undone it.
      if (codeOf(error) !== 'ENOENT') found.damaged.push({ file, problem: messageOf(error) });
    }
  }
  found.left.sort((one, other) => other.record.atMs - one.record.atMs);
  return found;
}

/** Puts a record that cannot be read aside, where no call looks for it. Returns its new place. */
export function setAside(file: string): string {
  const folder = path.join(path.dirname(file), 'damaged');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const aside = path.join(folder, path.basename(file));
  renameSync(file, aside);
  return aside;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return [];
    throw new Fault({
      code: 'changes-unreadable',
      message: `the records of changes to the stack cannot be read: ${messageOf(error)}`,
      hint: `make ${folder} readable`,
      exitCode: ExitCode.cannotWrite,
      cause: error,
    });
  }
}

/** A draft of a process that lives may be about to become a record. */
function removeDraft(file: string, name: string): void {
  const pid = Number.parseInt(name, 10);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') rmSync(file, { force: true });
  }
}

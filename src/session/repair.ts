import { rmSync } from 'node:fs';
import path from 'node:path';
import { AwaitTimeout, awaitUntil } from '../base/await-until.ts';
import { codeOf, messageOf } from '../base/errors.ts';
import { type LockAttempt, lockHolder, tryLock } from '../base/pid-lock.ts';
import type { Endpoints } from '../runners/runtime.ts';
import { stackFolder } from '../runners/state.ts';
import { type ChangeRecord, isOfServices } from './change.ts';
import { addressOf, type FoundChange, type FoundChanges, readChanges, setAside } from './ledger.ts';
import { type ChangeableStack, carryOutUndo } from './undo.ts';

export interface RepairOptions {
  /** For a stack that is about to be stopped: its services need no repair. */
  onlyData?: boolean;
  /** For a run that may not write: names what is left, and leaves it. */
  reportOnly?: boolean;
  /** Longest wait for another call that repairs. Default 2 min. */
  waitMs?: number;
}

export interface RepairableStack extends ChangeableStack {
  root: string;
  /** `undefined` when nothing of the stack runs. */
  endpoints(): Promise<Endpoints | undefined>;
}

/** So long after a change was recorded it may still be under way. */
const mayBeUnderWayMs = 60_000;
const usualWaitMs = 120_000;

/**
 * Undoes what calls that have ended left changed of the stack; leaves alone what a living one has changed. Resolves to
 * what a person should know of it, a sentence each; never rejects because a repair fails.
 */
export async function repairLeftovers(
  stack: RepairableStack,
  { onlyData = false, reportOnly = false, waitMs = usualWaitMs }: RepairOptions = {},
): Promise<string[]> {
  const found = readChanges(stack.root);
  if (isEmpty(found)) return [];
  if (reportOnly)
    return found.left.filter(({ record }) => record.runtime === stack.runtime.name).map(reportLeft);
  const lock = await lockRepair(stack.root, waitMs);
  if (!lock.acquired) {
    const { pid, since } = lock.holder;
    return [`process ${pid} has been repairing this stack since ${since}; this call did not wait longer`];
  }
  try {
    // Read anew: another call may have repaired in between.
    const { left, ongoing, damaged } = readChanges(stack.root);
    const here = ({ record }: FoundChange) => record.runtime === stack.runtime.name;
    const notes = damaged.map(({ file, problem }) => reportDamaged(stack.root, file, problem));
    const living = ongoing.filter(here);
    const services = onlyData ? [] : left.filter(here).filter(({ record }) => isOfServices(record));
    for (const found of services) {
      // What a living run has taken away it brings back itself.
      if (!living.some((other) => hasSameService(found.record, other.record)))
        notes.push(await repairOne(stack, found));
    }
    const data = left.filter(here).filter(({ record }) => !isOfServices(record));
    const endpoints = data.length > 0 ? await stack.endpoints() : undefined;
    // The data of a stack that does not run is repaired when it is up again.
    for (const found of endpoints ? data : []) {
      notes.push(elsewhere(found, endpoints as Endpoints) ?? (await repairOne(stack, found)));
    }
    return [...notes, ...living.map(({ record }) => reportOngoing(record))];
  } finally {
    lock.release();
  }
}

/** Removes the records of a stack that was stopped: of its services, and with `volumes` of its data. */
export function forgetChanges(root: string, runtime: string, { volumes }: { volumes: boolean }): string[] {
  const gone = readChanges(root).left.filter(
    ({ record }) => record.runtime === runtime && (volumes || isOfServices(record)),
  );
  return gone.map(({ file, record }) => {
    remove(file);
    return `${record.what}, as an earlier \`${record.by.command}\` left it: gone with the stack`;
  });
}

async function repairOne(stack: RepairableStack, { file, record }: FoundChange): Promise<string> {
  const { what, by, atMs, undo } = record;
  const left = `an earlier \`${by.command}\` left: ${what}`;
  const isUncertain = !isOfServices(record) || Date.now() - atMs < mayBeUnderWayMs;
  try {
    await carryOutUndo(undo, stack, { isUncertain });
  } catch (error) {
    // The stack that it was a change of has gone, and the change with it.
    if (isOfServices(record) && ['supervisor-gone', 'service-missing'].includes(String(codeOf(error)))) {
      remove(file);
      return `nothing to repair of what ${left}; that stack has gone`;
    }
    return `could not repair what ${left}: ${messageOf(error)}; ${wayOut(stack, file, record)}`;
  }
  remove(file);
  return `repaired what ${left}`;
}

/** Next step for a person where a repair fails; the record stays, so that each call tries it again. */
function wayOut({ root }: RepairableStack, file: string, record: ChangeRecord): string {
  if (isOfServices(record)) return 'the next call tries again; for a new start: meatymusic down, then up';
  const byHand = `undo it by hand and remove ${path.relative(root, file)}`;
  return record.runtime === 'external'
    ? byHand
    : `${byHand}, or start with an empty database: meatymusic down --volumes, then up`;
}

function elsewhere({ file, record }: FoundChange, endpoints: Endpoints): string | undefined {
  const { target, undo, what, by } = record;
  const here = addressOf(undo, endpoints);
  if (target === undefined || target === here) return undefined;
  return `an earlier \`${by.command}\` left ${what} at ${target}, and the configuration names ${here}: configure ${target} to have it repaired, or remove ${path.basename(file)} from .meatymusic/changes`;
}

function reportLeft({ record: { what, by } }: FoundChange): string {
  return `an earlier \`${by.command}\` left: ${what}; a read-only run does not repair it`;
}

function reportOngoing({ what, by, atMs }: ChangeRecord): string {
  return `${what} by \`${by.command}\`, process ${by.pid}, since ${new Date(atMs).toISOString()}; it is still at work and undoes that itself`;
}

function reportDamaged(root: string, file: string, problem: string): string {
  const means =
    'what that call changed may still be changed; for a new start: meatymusic down --volumes, then up';
  try {
    const aside = path.relative(root, setAside(file));
    return `the record of a change to the stack cannot be read (${problem}) and is kept as ${aside}: ${means}`;
  } catch (error) {
    const name = path.relative(root, file);
    return `the record ${name} of a change to the stack can neither be read (${problem}) nor moved (${messageOf(error)}): ${means}`;
  }
}

function hasSameService({ undo: one }: ChangeRecord, { undo: other }: ChangeRecord): boolean {
  return 'service' in one && 'service' in other && one.service === other.service;
}

function isEmpty({ left, ongoing, damaged }: FoundChanges): boolean {
  return left.length + ongoing.length + damaged.length === 0;
}

/** One call at a time repairs; another waits for it. */
async function lockRepair(root: string, waitMs: number): Promise<LockAttempt> {
  const file = path.join(stackFolder(root), 'repair.lock');
  try {
    return await awaitUntil(
      () => {
        const lock = tryLock(file, 'repair');
        return lock.acquired ? lock : undefined;
      },
      { what: 'the repair of another call', withinMs: waitMs },
    );
  } catch (error) {
    const holder = error instanceof AwaitTimeout ? lockHolder(file) : undefined;
    if (!holder) throw error;
    return { acquired: false, holder };
  }
}

function remove(file: string): void {
  rmSync(file, { force: true });
}

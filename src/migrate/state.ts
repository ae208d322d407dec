import { existsSync } from 'node:fs';
import path from 'node:path';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { MigrationState } from '../check/probes.ts';
import { type History, type HistoryEntry, type Note, removedChecksum } from './history.ts';
import { compareNames, type MigrationFile } from './migration-file.ts';
import { builtInMigrations } from './source.ts';

/** One line of `migrate status`. */
export interface MigrationStatus {
  name: string;
  state: 'applied' | 'pending' | 'edited' | 'missing' | 'out-of-order' | 'unfinished';
  /** ISO 8601. */
  appliedAt?: string;
  durationMs?: number;
  /** Reason for which a deviation was accepted. */
  acceptedReason?: string;
  /** Applied by another Kysely tool, which keeps no checksum. */
  unverified?: true;
  /** Applied from a file with another extension, whose content is not compared: `.ts`. */
  appliedFrom?: string;
}

export interface FullMigrationState extends MigrationState {
  /** Started outside a transaction and not finished; also pending. */
  unfinished: string[];
  /** All migrations, in the order of their names. */
  migrations: MigrationStatus[];
}

/** Compares the files with the history. */
export function compareState(
  folder: string,
  files: readonly MigrationFile[],
  { applied, notes }: History,
): FullMigrationState {
  const entries = new Map(applied.map((entry) => [entry.name, entry]));
  const noted = new Map(notes.map((note) => [note.name, note]));
  const onDisk = new Set(files.map((file) => file.name));
  const newest =
    applied
      .map(({ name }) => name)
      .sort(compareNames)
      .at(-1) ?? '';
  const migrations = [
    ...files.map((file) => statusOfFile(file, entries.get(file.name), noted.get(file.name), newest)),
    ...applied.filter(({ name }) => !onDisk.has(name)).map(statusOfMissing),
  ].sort((a, b) => compareNames(a.name, b.name));
  const named = (...states: MigrationStatus['state'][]) =>
    migrations.filter(({ state }) => states.includes(state)).map(({ name }) => name);
  const notCompared = migrations.filter(({ appliedFrom }) => appliedFrom).map(({ name }) => name);
  return {
    folder,
    ...(notCompared.length > 0 ? { notCompared } : {}),
    applied: applied.map(({ name }) => name),
    pending: named('pending', 'out-of-order', 'unfinished'),
    edited: named('edited'),
    missing: named('missing'),
    outOfOrder: named('out-of-order'),
    unfinished: named('unfinished'),
    migrations,
  };
}

function statusOfFile(
  { name, checksum, path: file }: MigrationFile,
  entry: HistoryEntry | undefined,
  note: Note | undefined,
  newest: string,
): MigrationStatus {
  if (!entry) {
    if (note?.startedAt) return { name, state: 'unfinished' };
    const accepted = note?.acceptedReason !== undefined && note.checksum === checksum;
    if (accepted) return { name, state: 'pending', acceptedReason: note.acceptedReason! };
    return { name, state: name < newest ? 'out-of-order' : 'pending' };
  }
  const isOther = entry.extension !== undefined && entry.extension !== path.extname(file);
  const isSame = entry.checksum === undefined || entry.checksum === checksum;
  return {
    name,
    state: isSame || isOther ? 'applied' : 'edited',
    appliedAt: entry.timestamp,
    ...(entry.durationMs === undefined ? {} : { durationMs: entry.durationMs }),
    ...(entry.acceptedReason ? { acceptedReason: entry.acceptedReason } : {}),
    ...(entry.checksum === undefined ? { unverified: true as const } : {}),
    ...(isOther && !isSame ? { appliedFrom: entry.extension! } : {}),
  };
}

function statusOfMissing({ name, timestamp, checksum, acceptedReason }: HistoryEntry): MigrationStatus {
  const accepted = checksum === removedChecksum && acceptedReason;
  return {
    name,
    state: accepted ? 'applied' : 'missing',
    appliedAt: timestamp,
    ...(acceptedReason ? { acceptedReason } : {}),
  };
}

/** True for a migration of the reference stack. */
function isBuiltInName(name: string): boolean {
  return ['.ts', '.js'].some((extension) => existsSync(path.join(builtInMigrations, name + extension)));
}

/** Throws if the history does not match the files; reports all deviations. */
export function refuseBrokenHistory({ edited, missing, outOfOrder }: MigrationState): void {
  const details = [
    ...edited.map((name) => `edited since it was applied: ${name}`),
    ...missing.map((name) => `applied, and its file is missing: ${name}`),
    ...outOfOrder.map((name) => `pending, but sorts before one that is applied: ${name}`),
  ];
  if (details.length === 0) return;
  const isDemo = missing.length > 0 && missing.every(isBuiltInName);
  throw new Fault({
    code: 'migration-history',
    message:
      details.length === 1
        ? details[0]!
        : `${details.length} migrations do not fit the history; ${details[0]}`,
    details,
    hint: isDemo
      ? 'the database was migrated as that of the demo stack; to begin with the migrations of this project: meatymusic down --volumes, then meatymusic up'
      : 'undo the change; or, if it is meant: meatymusic migrate accept <name> --reason "…"',
    exitCode: ExitCode.config,
  });
}

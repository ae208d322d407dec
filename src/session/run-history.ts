import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { codeOf, messageOf } from '../base/errors.ts';
import { tryLock } from '../base/pid-lock.ts';
import type { RunResult } from '../check/result.ts';
import type { Project } from '../config/project.ts';
import { durationsOf, entryIn, type HistoryEntry } from '../engine/history.ts';
import { ensureStackFolder, stackFolder } from '../runners/state.ts';
import type { Revision } from './revision.ts';

/** The record of runs: a line of JSON for each check and run. A full file becomes the older one, and replaces it. */
const fileName = 'history.jsonl';
const olderName = 'history.1.jsonl';
const maxBytes = 4 * 1024 * 1024;

export interface RecordOptions {
  revision: Revision | undefined;
  /** Name of the service that each check judges. */
  serviceOf: (checkId: string) => string | undefined;
  /** Size from which the file becomes the older one. Default 4 MiB. */
  limitBytes?: number;
}

/** Appends the verdicts of a run. Returns the reason if they cannot be saved: that fails no run. */
export function recordHistory(
  project: Project,
  result: RunResult,
  options: RecordOptions,
): string | undefined {
  const { checks, startedAt, endedBy, nothingExamined } = result;
  if (checks.length === 0 || nothingExamined?.code === 'all-skipped') return undefined;
  const { commit, isClean } = options.revision ?? {};
  const common = {
    run: randomUUID(),
    at: startedAt,
    commit,
    isClean,
    setup: setupOf(project, result.stack.runtime),
    endedBy,
  };
  const lines = checks.map(({ id, status, code, attempts, durationMs }) => {
    const entry: HistoryEntry = {
      check: id,
      service: options.serviceOf(id),
      status,
      code,
      attempts: attempts.length,
      durationMs: Math.round(durationMs * 10) / 10,
      ...common,
      ...(result.shard && { ofShard: true }),
    };
    return `${JSON.stringify(entry)}\n`;
  });
  try {
    ensureStackFolder(project.root);
    append(stackFolder(project.root), lines.join(''), options.limitBytes ?? maxBytes);
    return undefined;
  } catch (error) {
    return `this run is not in the record of runs: ${messageOf(error)}`;
  }
}

/**
 * One write at the end of the file: those of two runs do not mix. A line that a kill cut stays alone on its line, because
 * the next write starts a new one.
 */
function append(folder: string, text: string, limitBytes: number): void {
  const file = path.join(folder, fileName);
  rotate(folder, limitBytes);
  const descriptor = openSync(file, 'a+', 0o600);
  try {
    const bytes = Buffer.from(endsWithNewline(descriptor) ? text : `\n${text}`);
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  } finally {
    closeSync(descriptor);
  }
}

function endsWithNewline(descriptor: number): boolean {
  const { size } = fstatSync(descriptor);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(descriptor, last, 0, 1, size - 1);
  return last.toString() === '\n';
}

/** A rename loses nothing that another run writes at this moment. The lock keeps a second rename from replacing the first. */
function rotate(folder: string, limitBytes: number): void {
  const file = path.join(folder, fileName);
  const isFull = () => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= limitBytes;
  if (!isFull()) return;
  const lock = tryLock(path.join(folder, 'history.lock'), 'meatymusic verify');
  if (!lock.acquired) return;
  try {
    if (isFull()) renameSync(file, path.join(folder, olderName));
  } finally {
    lock.release();
  }
}

/** Returns what verdicts depend on beside the code: runtime, environment, digest of the settings. */
export function setupOf({ config, environment }: Project, runtime: string): string {
  const { timeout, retryFor, readOnly } = config.verify;
  const { services, auth, contract, options, vars } = config;
  const settings = JSON.stringify({ services, auth, contract, options, vars, timeout, retryFor, readOnly });
  const digest = createHash('sha256').update(settings).digest('hex').slice(0, 8);
  return [runtime, environment, digest].filter(Boolean).join(' ');
}

export interface History {
  /** The oldest first. */
  entries: HistoryEntry[];
  /** Lines that hold no entry, each with file and line. */
  problems: string[];
}

/** Reads the record of runs; one that does not exist is empty. Throws the error of the system if it cannot be read. */
export function readHistory(root: string): History {
  const history: History = { entries: [], problems: [] };
  for (const name of [olderName, fileName]) readInto(history, path.join(stackFolder(root), name), name);
  return history;
}

function readInto({ entries, problems }: History, file: string, name: string): void {
  for (const [index, line] of textOf(file).split('\n').entries()) {
    if (line.trim() === '') continue;
    const entry = parse(line);
    if (entry) entries.push(entry);
    else problems.push(`.meatymusic/${name}:${index + 1} is not a whole entry and is skipped`);
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

function parse(line: string): HistoryEntry | undefined {
  try {
    return entryIn(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/**
 * Returns the usual duration of each check in milliseconds, for dividing checks among shards. Runs of shards do not count:
 * the shards of one run, one after the other, must find the same durations, or a check is in none of them.
 */
export function durations(root: string): Map<string, number> {
  const wholeRuns = readHistory(root).entries.filter(({ ofShard }) => !ofShard);
  return new Map(durationsOf(wholeRuns).map(({ check, medianMs }) => [check, medianMs]));
}

/** Returns the last verdicts of a check, the oldest first. */
export function historyOf(
  checkId: string,
  { entries }: Pick<History, 'entries'>,
  last = 20,
): { startedAt: string; status: HistoryEntry['status'] }[] {
  return entries
    .filter(({ check }) => check === checkId)
    .slice(-last)
    .map(({ at, status }) => ({ startedAt: at, status }));
}

/**
 * Returns what finds the verdicts of a check in the runs before this one, of the same setup, for a report. The record is
 * read at the first call; one that cannot be read is empty, and `onNotice` receives why.
 */
export function createPastVerdicts(
  project: Project,
  { startedAt, stack }: Pick<RunResult, 'startedAt' | 'stack'>,
  onNotice: (text: string) => void,
): (checkId: string) => ReturnType<typeof historyOf> {
  const setup = setupOf(project, stack.runtime);
  const isBefore = (entry: HistoryEntry) =>
    entry.setup === setup && Date.parse(entry.at) < Date.parse(startedAt);
  let entries: HistoryEntry[] | undefined;
  const read = () => {
    try {
      return readHistory(project.root).entries.filter(isBefore);
    } catch (error) {
      onNotice(
        `the record of runs cannot be read, and the report shows no earlier runs: ${messageOf(error)}`,
      );
      return [];
    }
  };
  return (checkId) => {
    entries ??= read();
    return historyOf(checkId, { entries });
  };
}

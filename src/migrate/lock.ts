import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { AwaitTimeout, awaitUntil } from '../base/await-until.ts';
import { formatDuration } from '../base/duration.ts';
import { codeOf, Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { safeLine } from '../base/safe-text.ts';
import type { Connection } from './connection.ts';

/** Kysely's own key: its Migrator and every tool made of it wait for us, and we for them. */
const lockKey = 3853314791062309107n;

export interface LockOptions {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Called once, when it has to wait: by whom. */
  onWait?: ((holder: string) => void) | undefined;
}

/**
 * Takes the session's advisory lock; it dies with the connection, whatever happens to this process. Tried again and
 * again instead of waited for in the server: a waiting statement would hold up CREATE INDEX CONCURRENTLY.
 */
export async function takeAdvisoryLock(connection: Connection, options: LockOptions): Promise<void> {
  await obtain(options, async () => {
    const [row] = await connection.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
      lockKey,
    ]);
    return row!.taken ? undefined : advisoryLockHolder(connection);
  });
}

async function advisoryLockHolder(connection: Connection): Promise<string> {
  const [holder] = await connection.query<{
    pid: number;
    name: string | null;
    seconds: number | null;
    state: string | null;
  }>(
    `select a.pid, a.application_name as name, a.state,
            extract(epoch from clock_timestamp() - a.backend_start)::float8 as seconds
       from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.granted and l.objsubid = 1
        and l.classid = $1::oid and l.objid = $2::oid
        and l.database = (select oid from pg_database where datname = current_database())`,
    [String(lockKey >> 32n), String(lockKey & 0xffffffffn)],
  );
  if (!holder) return 'a session that ended just now';
  const age =
    holder.seconds === null ? 'age unknown' : `connected for ${formatDuration(holder.seconds * 1000)}`;
  return `pid ${holder.pid}, application "${safeLine(holder.name ?? '', 80)}", ${age}${holder.state ? `, ${holder.state}` : ''}`;
}

/**
 * PGlite has one session behind every connection, where advisory locks exclude nobody: a file with the holder's pid
 * does it. A file whose holder is gone is taken over. Resolves to its release.
 */
export async function takeFileLock(file: string, options: LockOptions): Promise<() => Promise<void>> {
  await mkdir(path.dirname(file), { recursive: true });
  const since = new Date().toISOString();
  const content = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    program: 'meatymusic migrate',
    since,
  });
  await obtain(options, async () => {
    if (await createWith(file, content)) return undefined;
    const holder = await readFileHolder(file);
    if (holder && !isAlive(holder)) await removeStale(file, holder.text);
    return holder ? describeFileHolder(holder) : 'a process that ended just now';
  });
  return async () => {
    // Not ours any more: somebody removed it by hand.
    if ((await readFile(file, 'utf8').catch(() => '')) === content) await rm(file, { force: true });
  };
}

/** The file with its content appears at once, or not at all: nobody reads half of it. */
async function createWith(file: string, content: string): Promise<boolean> {
  const draft = `${file}.${process.pid}.${randomUUID()}`;
  await writeFile(draft, content);
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Where no state folder is known: one file for each address, shared by all projects of this machine. */
export function fileLockInTemp(host: string, port: number, database: string): string {
  const name = `${host}-${port}-${database}`.replace(/[^\w.-]/g, '_');
  return path.join(tmpdir(), `meatymusic-migrate-${name}.lock`);
}

interface FileHolder {
  pid: number;
  host: string;
  program: string;
  since: string;
  text: string;
}

async function readFileHolder(file: string): Promise<FileHolder | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const { pid, host, program, since } = JSON.parse(text) as Partial<FileHolder>;
    return { pid: Number(pid), host: String(host), program: String(program), since: String(since), text };
  } catch {
    // Not written by us; nobody can be said to hold it.
    return { pid: Number.NaN, host: hostname(), program: 'unknown', since: '', text };
  }
}

function isAlive({ pid, host, since }: FileHolder): boolean {
  if (host !== hostname()) return true;
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
  return !wasReused(pid, since);
}

/** The number lives, but its process began after the lock was taken: another program got the number. */
function wasReused(pid: number, since: string): boolean {
  try {
    const ticks = Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19],
    );
    const bootedAt = Number(/^btime (\d+)/m.exec(readFileSync('/proc/stat', 'utf8'))![1]);
    const startedAtMs = (bootedAt + ticks / 100) * 1000;
    return startedAtMs > Date.parse(since) + 2000;
  } catch {
    return false;
  }
}

async function removeStale(file: string, text: string): Promise<void> {
  const aside = `${file}.${process.pid}.${randomUUID()}`;
  try {
    await rename(file, aside);
    // Another waiter was faster, and this is its lock: it goes back.
    if ((await readFile(aside, 'utf8')) !== text) await link(aside, file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

function describeFileHolder({ pid, program, since }: FileHolder): string {
  const age = Date.parse(since) ? `since ${formatDuration(Date.now() - Date.parse(since))}` : 'age unknown';
  return `pid ${pid}, application "${safeLine(program, 80)}", ${age}`;
}

/** Tries until it has the lock (`undefined`) or the time is over; the answer is the holder. */
async function obtain(
  { timeoutMs, signal, onWait }: LockOptions,
  attempt: () => Promise<string | undefined>,
): Promise<void> {
  let holder: string | undefined;
  let failure: unknown;
  try {
    await awaitUntil(
      async (number) => {
        try {
          holder = await attempt();
        } catch (error) {
          failure = error;
          return true;
        }
        if (holder !== undefined && number === 1) onWait?.(holder);
        return holder === undefined ? true : undefined;
      },
      { what: 'the lock', withinMs: timeoutMs, intervalMs: 30, maxIntervalMs: 300, signal },
    );
  } catch (error) {
    if (!(error instanceof AwaitTimeout)) throw error;
    throw new Fault({
      code: 'migration-locked',
      message: `another migrator holds the lock: ${holder}; waited ${formatDuration(timeoutMs)}`,
      hint: 'wait for it, or end it (select pg_terminate_backend(pid)); --lock-timeout waits longer',
      exitCode: ExitCode.locked,
    });
  }
  if (failure !== undefined) throw failure;
}

import { linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { codeOf } from './errors.ts';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts';
import { cannotWrite, makeFolderSync, replaceFileSync } from './write-file.ts';

export interface LockHolder extends ProcessIdentity {
  /** Command that took the lock: `meatymusic up`. */
  what: string;
  /** ISO 8601. */
  since: string;
}

export type LockAttempt = { acquired: true; release(): void } | { acquired: false; holder: LockHolder };

let count = 0;
/** Limit for a lock that is released between two attempts. More often, it is not a lock: a dangling link, for example. */
const maxAttempts = 100;

/**
 * Takes a lock between processes: a file that names its holder. Takes over the lock of a process that has died.
 * The file is created with its content (hard link), so that it is never read half-written. Throws a `Fault` (73) if it
 * cannot be written, or if its path is not a lock file.
 */
export function tryLock(file: string, what: string): LockAttempt {
  const mine: LockHolder = { ...ownIdentity(), what, since: new Date().toISOString() };
  const text = `${JSON.stringify(mine)}\n`;
  makeFolderSync(path.dirname(file));
  const draft = `${file}.${process.pid}.${++count}`;
  replaceFileSync(draft, text, { mode: 0o600 });
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        linkSync(draft, file);
        return { acquired: true, release: () => removeIf(file, text) };
      } catch (error) {
        if (codeOf(error) !== 'EEXIST' || attempt > maxAttempts) throw cannotWrite(file, error);
      }
      const found = readLock(file);
      if (found === undefined) continue;
      const holder = parse(found);
      if (holder && isAlive(holder)) return { acquired: false, holder };
      removeIf(file, found);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Returns `undefined` if the file is missing. Throws a `Fault` (73) for a folder and for a file that cannot be read. */
function readLock(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw cannotWrite(file, error);
  }
}

/** Returns the holder of the lock; `undefined` if no live process holds it. */
export function lockHolder(file: string): LockHolder | undefined {
  const text = read(file);
  const holder = text === undefined ? undefined : parse(text);
  return holder && isAlive(holder) ? holder : undefined;
}

/** Removes the file only if its text is unchanged: another process may have replaced a dead holder's lock. */
function removeIf(file: string, text: string): void {
  if (read(file) !== text) return;
  const aside = `${file}.${process.pid}.${++count}`;
  try {
    renameSync(file, aside);
    if (read(aside) !== text) linkSync(aside, file);
  } catch {
    // Another process removed the dead lock first.
  } finally {
    rmSync(aside, { force: true });
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function parse(text: string): LockHolder | undefined {
  try {
    const { pid, started, what, since } = JSON.parse(text) as Partial<LockHolder>;
    if (typeof pid !== 'number' || typeof started !== 'string') return undefined;
    return { pid, started, what: String(what ?? 'unknown'), since: String(since ?? '') };
  } catch {
    return undefined;
  }
}

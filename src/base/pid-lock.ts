import { linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { codeOf } from './errors.ts';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts';
import { cannotWrite, makeFolderSync, replaceFileSync } from './write-file.ts';

export interface LockHolder extends ProcessIdentity {
  /** What it does with the lock: `meatymusic up`. */
  what: string;
  /** ISO 8601. */
  since: string;
}

export type LockAttempt = { acquired: true; release(): void } | { acquired: false; holder: LockHolder };

let count = 0;
/** A lock may be released between two looks at it, but not this often: then it is something else, such as a dangling link. */
const maxAttempts = 100;

/**
 * A lock between processes: a file that names its holder. The lock of a process that has died is taken over.
 * The file appears with its content (hard link), so that nobody reads half of it. Throws a `Fault` (73) where it cannot be
 * written, or where something that is no lock has its name.
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

/** `undefined` where it has gone. Throws a `Fault` (73) for a folder, and for a file that this user may not read. */
function readLock(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw cannotWrite(file, error);
  }
}

/** Who holds the lock; `undefined` when nobody alive does. */
export function lockHolder(file: string): LockHolder | undefined {
  const text = read(file);
  const holder = text === undefined ? undefined : parse(text);
  return holder && isAlive(holder) ? holder : undefined;
}

/** Takes the file away only if it still says this: somebody may have replaced a dead holder's lock with their own. */
function removeIf(file: string, text: string): void {
  if (read(file) !== text) return;
  const aside = `${file}.${process.pid}.${++count}`;
  try {
    renameSync(file, aside);
    if (read(aside) !== text) linkSync(aside, file);
  } catch {
    // Another process took the dead lock away first, which is all the same.
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

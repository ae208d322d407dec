import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/** The commit of a folder in a git repository. */
export interface Revision {
  commit: string;
  /** True if no file differs from the commit, and none is new. */
  isClean: boolean;
}

const timeoutMs = 5000;
const maxBytes = 32 * 1024 * 1024;
const run = promisify(execFile);

/** Runs git without locks and without programs that the repository names; resolves to its output. Rejects with the error of `execFile`. */
export async function runGit(folder: string, args: readonly string[]): Promise<string> {
  const safe = ['--no-optional-locks', '-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false', ...args];
  const { stdout } = await run('git', safe, { cwd: folder, timeout: timeoutMs, maxBuffer: maxBytes });
  return stdout;
}

/** Resolves to `undefined` where there is no repository, no commit, or no git. */
export async function readRevision(folder: string): Promise<Revision | undefined> {
  if (!isInRepository(folder)) return undefined;
  try {
    const [commit, changes] = await Promise.all([
      runGit(folder, ['rev-parse', '--verify', 'HEAD']),
      runGit(folder, ['status', '--porcelain', '--ignore-submodules=none']),
    ]);
    return { commit: commit.trim(), isClean: changes.trim() === '' };
  } catch {
    return undefined;
  }
}

function isInRepository(folder: string): boolean {
  if (existsSync(path.join(folder, '.git'))) return true;
  const above = path.dirname(folder);
  return above !== folder && isInRepository(above);
}

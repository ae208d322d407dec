import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { RunResult } from '../../check/result.ts';
import { ensureStackFolder, stackFolder } from '../../runtimes/state.ts';

const fileName = 'last-run.json';

/**
 * Remembers what did not pass, for `--last-failed`. A run that
 * examined nothing changes nothing of that, and a folder that cannot be written fails no run.
 */
export async function rememberRun(
  root: string,
  { checks, startedAt, nothingExamined }: RunResult,
): Promise<void> {
  if (nothingExamined) return;
  const failed = checks
    .filter(({ status }) => status === 'fail' || status === 'error' || status === 'blocked')
    .map(({ id }) => id);
  try {
    ensureStackFolder(root);
    await writeFile(path.join(stackFolder(root), fileName), `${JSON.stringify({ startedAt, failed })}\n`);
  } catch {
    // `--last-failed` will say that there is nothing to go by.
  }
}

/** What did not pass in the last run. Rejects with a `Fault` (2) where nothing is known or all was well. */
export async function lastFailed(root: string): Promise<string[]> {
  let failed: unknown;
  try {
    failed = JSON.parse(await readFile(path.join(stackFolder(root), fileName), 'utf8')).failed;
  } catch {
    failed = undefined;
  }
  if (!Array.isArray(failed)) throw nothing('there is no last run to go by');
  if (failed.length === 0) throw nothing('in the last run nothing failed');
  return failed.map(String);
}

function nothing(message: string): Fault {
  return new Fault({
    code: 'nothing-selected',
    message,
    hint: 'meatymusic verify',
    exitCode: ExitCode.usage,
  });
}

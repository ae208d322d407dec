import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { replaceFileSync } from '../base/write-file.ts';
import type { RunResult } from '../check/result.ts';
import { ensureStackFolder, stackFolder } from '../runners/state.ts';

const fileName = 'last-run.json';

/**
 * Saves what did not pass, for `--last-failed`; a run that examined nothing changes nothing of it. Returns the reason if
 * it cannot be saved: that fails no run.
 */
export function rememberRun(
  root: string,
  { checks, startedAt, nothingExamined }: RunResult,
): string | undefined {
  if (nothingExamined) return undefined;
  const failed = checks
    .filter(({ status }) => status === 'fail' || status === 'error' || status === 'blocked')
    .map(({ id }) => id);
  try {
    ensureStackFolder(root);
    replaceFileSync(path.join(stackFolder(root), fileName), `${JSON.stringify({ startedAt, failed })}\n`);
    return undefined;
  } catch (error) {
    return `this run is not saved for --last-failed: ${messageOf(error)}`;
  }
}

/** Resolves to what did not pass in the last run. Rejects with a `Fault` (2) if there is no last run or all of it passed. */
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

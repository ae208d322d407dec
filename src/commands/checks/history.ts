import { Fault, messageOf } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { counted } from '../../check/counted.ts';
import { anyOf } from '../../engine/patterns.ts';
import { type History, readHistory } from '../../session/run-history.ts';
import { openProject } from '../context.ts';
import type { Invocation } from '../invocation.ts';
import { lineFor } from '../style.ts';

/** Loads the record of runs of the checks that are named, and prints which lines of it cannot be read. Rejects with a `Fault` (2) without a record. */
export async function openHistory(invocation: Invocation, patterns: readonly string[]): Promise<History> {
  const { root } = await openProject(invocation);
  let history: History;
  try {
    history = readHistory(root);
  } catch (cause) {
    throw new Fault({
      code: 'history-unreadable',
      message: `the record of runs cannot be read: ${messageOf(cause)}`,
      exitCode: ExitCode.cannotWrite,
      cause,
    });
  }
  for (const problem of history.problems) {
    await invocation.stderr.write(lineFor(invocation.stderr, `note: ${problem}`));
  }
  const isNamed = anyOf(patterns);
  const entries = history.entries.filter(({ check }) => patterns.length === 0 || isNamed(check));
  if (entries.length > 0) return { ...history, entries };
  const which = patterns.length > 0 ? ` of ${patterns.join(', ')}` : '';
  throw new Fault({
    code: 'no-history',
    message: `there is no run${which} on record in this folder`,
    hint: 'meatymusic verify',
    exitCode: ExitCode.usage,
  });
}

/** Returns `12 runs`. */
export function runsWords({ entries }: History): string {
  return counted(new Set(entries.map(({ run }) => run)).size, 'run');
}

export const aboutRecord = `
Each verify adds a line for each check to .meatymusic/history.jsonl. At 4 MiB the file becomes history.1.jsonl, which replaces the older one.`;

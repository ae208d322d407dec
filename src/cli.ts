import { writeSync } from 'node:fs';
import { toolVersion } from './base/version.ts';

/**
 * Runs the command line and resolves to the exit code, once all output is written; never rejects.
 * The table of commands is in `commands/table.ts`; what a call does not need is not loaded.
 */
export async function main(argv: readonly string[]): Promise<number> {
  if (printedVersion(argv)) return 0;
  const { run } = await import('./commands/run.ts');
  return run(argv, toolVersion);
}

/** `--version` alone loads nothing. Returns false where it cannot be written: `run` reports that. */
function printedVersion(argv: readonly string[]): boolean {
  if (argv.length !== 1 || (argv[0] !== '--version' && argv[0] !== '-V')) return false;
  try {
    writeSync(1, `${toolVersion}\n`);
    return true;
  } catch {
    return false;
  }
}

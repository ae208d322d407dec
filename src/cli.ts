import { writeSync } from 'node:fs';

declare const __VERSION__: string | undefined;
export const version = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source';

/**
 * Runs the command line and resolves to the exit code, once all output is written; never rejects.
 * The table of commands is in `commands/table.ts`; what a call does not need is not loaded.
 */
export async function main(argv: readonly string[]): Promise<number> {
  if (printedVersion(argv)) return 0;
  const { run } = await import('./commands/run.ts');
  return run(argv, version);
}

/** `--version` alone loads nothing. Returns false where it cannot be written: `run` reports that. */
function printedVersion(argv: readonly string[]): boolean {
  if (argv.length !== 1 || (argv[0] !== '--version' && argv[0] !== '-V')) return false;
  try {
    writeSync(1, `${version}\n`);
    return true;
  } catch {
    return false;
  }
}

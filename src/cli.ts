import { writeSync } from 'node:fs';

declare const __VERSION__: string | undefined;
export const version = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source';

/**
 * Runs the command line and resolves to the exit code; never rejects and never exits the process.
 * The table of commands is in `commands/table.ts`; everything but `--version` is loaded when it is needed.
 */
export async function main(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) return printVersion();
  const { run } = await import('./commands/run.ts');
  return run(argv, version);
}

/** Without streams and without other modules: both take longer than the rest of it. */
async function printVersion(): Promise<number> {
  try {
    writeSync(1, `${version}\n`);
    return 0;
  } catch (error) {
    const { ExitCode } = await import('./base/exit-code.ts');
    return (error as NodeJS.ErrnoException).code === 'EPIPE' ? ExitCode.brokenPipe : ExitCode.cannotWrite;
  }
}

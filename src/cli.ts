declare const __VERSION__: string | undefined;
export const version = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source';

/**
 * Runs the command line and resolves to the exit code; never rejects and never exits the process.
 * The table of commands is in `commands/table.ts`; what a call does not need is not loaded.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const { run } = await import('./commands/run.ts');
  return run(argv, version);
}

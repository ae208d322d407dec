import path from 'node:path';
import { packageRoot } from '../base/package-root.ts';
import type { Invocation } from './invocation.ts';

/**
 * Returns the program and the arguments of another call of this command line with the same global options. What runs
 * the checks again and again runs each time in a process of its own: changed files are loaded, nothing accumulates,
 * and a check that blocks its process blocks no other.
 */
export function ownCall(
  { configFile, environment, cwd, quiet, verbose }: Invocation,
  args: readonly string[],
): { file: string; args: string[] } {
  const globals = [
    ...['--cwd', cwd],
    ...(configFile === undefined ? [] : ['--config', configFile]),
    ...(environment === undefined ? [] : ['--env', environment]),
    ...(quiet ? ['--quiet'] : []),
    ...(verbose ? ['--verbose'] : []),
  ];
  return {
    file: process.execPath,
    args: [path.join(packageRoot, 'bin/meatymusic.js'), ...globals, ...args],
  };
}

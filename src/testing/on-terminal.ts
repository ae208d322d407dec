/** The built command line on a terminal of its own (a pty by script(1)), which is typed into. */
import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { awaitUntil } from '../base/await-until.ts';
import { packageRoot } from '../base/package-root.ts';

/** For `describe.skipIf(...)`: why the tests cannot run here. */
export const noTerminal: string | undefined = (() => {
  try {
    execFileSync('script', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'needs script of util-linux';
  }
})();

export const ctrlC = '\x03';

export interface OnTerminal {
  /** All that was written to the terminal, escape sequences included. */
  readonly screen: string;
  /** Resolves once this was written; rejects when it ends before. */
  sees(pattern: RegExp): Promise<void>;
  type(keys: string): void;
  /** The exit code. */
  readonly ended: Promise<number | null>;
}

export function onTerminal(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
): OnTerminal {
  const words = [process.execPath, path.join(packageRoot, 'bin/meatymusic.js'), ...args];
  const line = `stty cols 80 rows 24; exec ${words.map((word) => `'${word}'`).join(' ')}`;
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (part) => {
    screen += part;
  });
  // It may be typed into while it ends.
  child.stdin.on('error', () => {});
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    ended,
    get screen() {
      return screen;
    },
    async sees(pattern) {
      const seen = () => pattern.test(stripVTControlCharacters(screen));
      await awaitUntil(() => (seen() || child.exitCode !== null ? true : undefined), {
        what: `a screen with ${pattern}`,
        withinMs: 60_000,
        intervalMs: 5,
      });
      if (seen()) return;
      await ended;
      if (!seen()) throw new Error(`ended without ${pattern}:\n${screen}`);
    },
    type: (keys) => void child.stdin.write(keys),
  };
}

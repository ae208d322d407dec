import { safeLine } from '../base/safe-text.ts';
import type { LiveProgress } from './live.ts';
import type { Screen } from './screen.ts';

const longestLine = 500;
/** Lines that wait for a slow reader; more are left out, and counted. */
const mostWaiting = 500;

/** Without a terminal: the progress of the checks' long calls, one line each, behind the check's id. */
export function createPlainProgress(output: Pick<Screen, 'write'>): LiveProgress {
  let waiting: string[] = [];
  let leftOut = 0;
  let writing: Promise<void> | undefined;

  const write = async () => {
    while (waiting.length > 0) {
      const note = leftOut > 0 ? `… ${leftOut} lines left out\n` : '';
      const text = waiting.join('');
      waiting = [];
      leftOut = 0;
      await output.write(`${note}${text}`).catch(() => {});
    }
    writing = undefined;
  };

  return {
    listener(event) {
      if (event.type !== 'progress' || event.line.trim() === '') return;
      waiting.push(`${event.check.id} | ${safeLine(event.line, longestLine)}\n`);
      if (waiting.length > mostWaiting) {
        waiting.shift();
        leftOut += 1;
      }
      writing ??= write();
    },
    async end() {
      await writing;
    },
  };
}

import { safeLine } from '../../base/safe-text.ts';
import { isOk, type Keeper, wordsOf } from '../../serve/index.ts';
import type { Invocation } from '../invocation.ts';
import { lineFor, styleFor } from '../style.ts';

/** Prints a verdict that differs from the one before, and each line of the runs once. */
export function createPrinter({ stderr, quiet, redact }: Invocation) {
  const style = styleFor(stderr);
  let last = '';
  let lines = new Set<string>();
  let before = new Set<string>();
  const write = (text: string, paint?: (part: string) => string) =>
    void stderr.write(lineFor(stderr, text, paint)).catch(() => {});
  return {
    note(line: string) {
      if (line.trim() === '' || line.startsWith('error[')) return;
      if (!lines.has(line) && !before.has(line)) write(safeLine(redact(line), 1000));
      lines.add(line);
    },
    outcome({ latest, isRunning }: Keeper) {
      if (isRunning || !latest) return;
      before = lines;
      lines = new Set();
      const words = wordsOf(latest);
      if (words === last) return;
      last = words;
      const ok = isOk(latest);
      if (quiet && ok) return;
      const time = new Date(latest.endedAtMs).toISOString();
      write(`${time} ${ok ? 'passed' : 'failed'}: ${safeLine(words, 1000)}`, ok ? style.good : style.bad);
    },
  };
}

import { safeLine } from '../base/safe-text.ts';
import type { Output } from './invocation.ts';
import { styleFor } from './style.ts';

/** One line at the end of a terminal that says what is being done; nothing where there is no terminal. */
export interface StatusLine {
  show(text: string): void;
  /** Takes the line away; resolves once that is written. */
  clear(): Promise<void>;
}

export function createStatusLine(output: Output, quiet: boolean): StatusLine {
  if (quiet || !output.isTerminal) return { show() {}, clear: async () => {} };
  const style = styleFor(output);
  let written: Promise<void> = Promise.resolve();
  const put = (text: string) => {
    written = written.then(() => output.write(text)).catch(() => {});
    return written;
  };
  return {
    show: (text) => void put(`\r\x1b[2K${style.dim(safeLine(text, output.columns - 1))}`),
    clear: () => put('\r\x1b[2K'),
  };
}

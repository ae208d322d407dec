import { describe, expect, it } from 'vitest';
import { awaitUntil } from '../base/await-until.ts';
import { createTerminal } from '../testing/terminal.ts';
import { spinWhile } from './spinner.ts';

describe('spinWhile', () => {
  it('shows what is waited for in one safe line that fits, and leaves nothing of it', async () => {
    const terminal = createTerminal({ columns: 40 });
    await terminal.write('before\n');
    const value = await spinWhile(terminal, 'waits', async (say) => {
      await awaitUntil(() => (terminal.lines()[1]?.endsWith(' waits') ? true : undefined), {
        what: 'the spinner',
        withinMs: 5000,
      });
      say(`\x1b[2J${'x'.repeat(100)}`);
      await awaitUntil(() => (terminal.lines()[1]?.includes('\\x1b[2Jxxx') ? true : undefined), {
        what: 'the other words',
        withinMs: 5000,
      });
      expect(terminal.lines()).toHaveLength(2);
      return 7;
    });
    expect(value).toBe(7);
    expect(terminal.unknown).toEqual([]);
    expect(terminal.lines()).toEqual(['before']);
  });

  it('shows nothing for what is over in a moment, and passes a failure on', async () => {
    const terminal = createTerminal();
    await expect(spinWhile(terminal, 'waits', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(terminal.lines()).toEqual(['']);
  });
});

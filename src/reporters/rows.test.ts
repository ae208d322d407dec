import { describe, expect, it } from 'vitest';
import { awaitUntil } from '../base/await-until.ts';
import { createTerminal, type TestTerminal } from '../testing/terminal.ts';
import { createRows } from './rows.ts';

const shows = (terminal: TestTerminal, pattern: RegExp) =>
  awaitUntil(() => (pattern.test(terminal.lines().join('\n')) ? true : undefined), {
    what: `a picture with ${pattern}`,
    withinMs: 5000,
  });

describe('createRows', () => {
  it('redraws each line in its place, and leaves the last picture once', async () => {
    const terminal = createTerminal();
    await terminal.write('before\n');
    const rows = createRows(terminal, { keep: true });
    const [cache, api, web] = [rows.add(), rows.add(), rows.add()];
    cache.show('running', 'cache     starting');
    api.show('running', 'api');
    web.show('running', 'web');
    await shows(terminal, /web/);
    cache.show('done', 'cache     healthy', '36 ms');
    api.show('failed', 'api       exited');
    await shows(terminal, /exited/);
    await rows.end();
    await rows.end();
    expect(terminal.lines()).toEqual(['before', '✔ cache     healthy  36 ms', '✖ api       exited', '· web']);
  });

  it('makes a line of what others write meanwhile', async () => {
    const terminal = createTerminal();
    const rows = createRows(terminal, { keep: true });
    rows.add().show('done', 'one');
    await shows(terminal, /one/);
    await terminal.write('note: a port is taken\n');
    rows.add().show('done', 'two');
    await shows(terminal, /two/);
    await rows.end();
    await terminal.write('after\n');
    expect(terminal.lines()).toEqual(['✔ one', 'note: a port is taken', '✔ two', 'after']);
  });

  it('keeps what others wrote where the picture is taken away', async () => {
    const terminal = createTerminal();
    const rows = createRows(terminal, { keep: false });
    rows.add().show('done', 'one');
    await shows(terminal, /one/);
    await terminal.write('note: a port is taken\n');
    await shows(terminal, /note/);
    await rows.end();
    expect(terminal.lines()).toEqual(['note: a port is taken']);
  });

  it('lets no text steer the terminal or break its line', async () => {
    const terminal = createTerminal();
    const rows = createRows(terminal, { keep: true });
    rows.add().show('running', 'a\x1b[2J\x07\nb', '\x1b]0;title\x07 \u009b1A\r\n more');
    await shows(terminal, /more/);
    await rows.end();
    expect(terminal.unknown).toEqual([]);
    expect(terminal.lines()).toEqual(['· a\\x1b[2J\\x07 b  \\x1b]0;title\\x07 \\x9b1A\\x0d more']);
  });

  it('makes place for what runs where there are more lines than the terminal has, and repeats none', async () => {
    const terminal = createTerminal({ rows: 8 });
    const rows = createRows(terminal, { keep: true, footer: () => 'footer' });
    for (let index = 0; index < 12; index++) rows.add().show(index < 9 ? 'done' : 'running', `row ${index}`);
    await shows(terminal, /row 11/);
    expect(terminal.lines().filter((line) => /row|done/.test(line))).toHaveLength(5);
    expect(terminal.lines().slice(-3)).toEqual([
      expect.stringContaining('row 11'),
      '  and 8 that are done',
      'footer',
    ]);
    await rows.end();
    expect(terminal.lines().filter((line) => line.includes('row'))).toHaveLength(12);
  });

  it('cuts each line to the terminal while it draws, and leaves all words at the end, folded behind the name', async () => {
    const terminal = createTerminal({ columns: 40 });
    const rows = createRows(terminal, { keep: true });
    rows.add().show('running', 'cache', 'x'.repeat(200));
    const migrations = rows.add();
    migrations.show('running', `migrations ${'y'.repeat(60)}`, 'aside');
    await shows(terminal, /cache {2}x{20,}…\n. migrations y+…$/);
    expect(terminal.lines()).toHaveLength(2);
    migrations.show('done', `migrations ${'y'.repeat(60)}`, '435 ms');
    await rows.end();
    expect(terminal.lines().slice(1)).toEqual([
      `✔ migrations ${'y'.repeat(26)}`,
      `             ${'y'.repeat(26)}`,
      `             ${'y'.repeat(8)}  435 ms`,
    ]);
  });

  for (const reflows of [true, false]) {
    it(`takes nothing away above it when the window becomes narrower and ${reflows ? 'folds' : 'cuts'} its lines`, async () => {
      const terminal = createTerminal({ columns: 80, reflows });
      for (const line of ['first', 'second', 'third']) await terminal.write(`${line}\n`);
      const rows = createRows(terminal, { keep: true });
      for (const name of ['cache', 'api']) rows.add().show('running', name, 'x'.repeat(200));
      await shows(terminal, /api {2}x{60,}…/);
      terminal.narrow(40);
      await shows(terminal, /cache {2}x{20,30}…\n. api {2}x{20,32}…$/);
      await rows.end();
      expect(terminal.lines().slice(0, 3)).toEqual(['first', 'second', 'third']);
      const cut = expect.stringMatching(/^· (cache|api) {2}x{20,}…$/);
      expect(terminal.lines().slice(-2)).toEqual([cut, cut]);
    });
  }
});

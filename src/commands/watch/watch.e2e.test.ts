import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ctrlC, noTerminal, onTerminal } from '../../testing/on-terminal.ts';
import { notBuilt, startCli } from '../../testing/project.ts';

const missing = notBuilt ?? noTerminal;
let folder: string;

function writeCheck(name: string, title: string, verdict: string): void {
  writeFileSync(
    path.join(folder, 'ops/x', `${name}.mjs`),
    `import { defineCheck } from 'meatymusic';
export default defineCheck({ title: '${title}', failureTitle: '${title}', why: 'a test', needs: [],
  codes: { wrong: { means: 'it is wrong', hint: 'fix it' } },
  async run({ pass, fail }) { ${verdict} } });`,
  );
}
const passes = `return pass('fine', { count: 1, what: 'thing' });`;
const fails = `return fail('wrong', { expected: 'a', actual: 'b' });`;
const config = { runtime: 'external', checks: './ops', services: { api: { url: 'http://127.0.0.1:1' } } };
const configure = (more = {}) =>
  writeFileSync(path.join(folder, 'meatymusic.config.json'), JSON.stringify({ ...config, ...more }));

beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'meatymusic-watch-')));
  mkdirSync(path.join(folder, 'ops/x'), { recursive: true });
  configure();
  writeCheck('one', 'One', fails);
  writeCheck('two', 'Two', passes);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(missing)(`--watch${missing ? ` (${missing})` : ''}`, () => {
  it('runs again the checks that a change touches, and everything after a change of the configuration', async () => {
    const terminal = onTerminal(folder, ['verify', 'x', '--watch']);
    await terminal.sees(/1 failed, 1 passed[\s\S]*watching · a all/);
    writeCheck('two', 'Two again', passes);
    await terminal.sees(/ops\/x\/two\.mjs changed …\s+x\s+✔ Two again\s+fine\s+✔ 1 passed/);
    configure({ verify: { timeout: '4s' } });
    await terminal.sees(/meatymusic\.config\.json changed …[\s\S]*1 failed, 1 passed/);
    writeFileSync(path.join(folder, 'meatymusic.config.json'), '{');
    await terminal.sees(/error\[bad-configuration\]/);
    configure();
    await terminal.sees(
      /bad-configuration[\s\S]*config\.json changed …[\s\S]*1 failed, 1 passed[\s\S]*watching/,
    );
    terminal.type('q');
    expect(await terminal.ended).toBe(1);
  });

  it('takes keys: failed, a pattern, all, and Ctrl-C', async () => {
    const terminal = onTerminal(folder, ['verify', 'x', '--watch']);
    await terminal.sees(/watching · a all/);
    terminal.type('f');
    await terminal.sees(/1 failed check …[\s\S]*✖ 1 failed in/);
    terminal.type('p');
    await terminal.sees(/pattern \(ids/);
    terminal.type('x/two\n');
    await terminal.sees(/only x\/two …[\s\S]*✔ 1 passed in[\s\S]*only x\/two · watching/);
    terminal.type('a');
    await terminal.sees(/only x\/two · watching[\s\S]*all checks …[\s\S]*1 failed, 1 passed/);
    terminal.type(ctrlC);
    expect(await terminal.ended).toBe(130);
  });

  it('interrupts the run at a key, never beside it, and runs again what was interrupted', async () => {
    writeFileSync(
      path.join(folder, 'ops/x/slow.mjs'),
      `import { defineCheck } from 'meatymusic';
export default defineCheck({ title: 'Slow', failureTitle: 'Slow', why: 'a test', needs: [], timeoutMs: 60_000,
  codes: { wrong: { means: 'it is wrong', hint: 'fix it' } },
  async run() { (await import('node:fs')).appendFileSync('runs', 'start '); await new Promise(() => {}); } });`,
    );
    const terminal = onTerminal(folder, ['verify', 'x', '--watch']);
    const runs = () =>
      existsSync(path.join(folder, 'runs')) ? readFileSync(path.join(folder, 'runs'), 'utf8') : '';
    await expect.poll(runs, { timeout: 30_000 }).toBe('start ');
    writeCheck('two', 'Two again', passes);
    await terminal.sees(/2 skipped|interrupted/);
    await terminal.sees(/two\.mjs changed …/);
    await expect.poll(runs, { timeout: 30_000 }).toBe('start start ');
    terminal.type('q');
    await terminal.ended;
    expect(runs()).toBe('start start ');
  });

  it.each([['verify'], ['up']])('%s needs a terminal', async (command) => {
    const { code, stderr } = await startCli(folder, [command, '--watch']).ended;
    expect(code).toBe(2);
    expect(stderr).toContain('error[needs-terminal]');
  });
});

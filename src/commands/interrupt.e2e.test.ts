/** Ctrl-C, once and twice, as a person types it: through a terminal. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awaitUntil } from '../base/await-until.ts';
import { tryLock } from '../base/pid-lock.ts';
import { type SupervisorState, stackFolder } from '../runners/state.ts';
import { leaksInvisible, processesOf, takeSnapshot } from '../testing/leaks.ts';
import { ctrlC, noTerminal, type OnTerminal, onTerminal } from '../testing/on-terminal.ts';
import { makeProject, notBuilt, type TestProject } from '../testing/project.ts';

const reason = notBuilt ?? leaksInvisible ?? noTerminal;

let made: TestProject;

/** The cursor is visible, and the code is that of SIGINT. */
async function interrupted(call: OnTerminal): Promise<void> {
  expect(await call.ended, call.screen).toBe(130);
  const last = [...call.screen.matchAll(/\x1b\[\?25([hl])/g)].at(-1);
  expect(last?.[1] ?? 'h', call.screen).toBe('h');
}

async function nothingLeft(): Promise<void> {
  await awaitUntil(() => (processesOf(made.folder).length === 0 ? true : undefined), {
    what: 'all processes to end',
    withinMs: 10_000,
  });
  const { processes, ports } = takeSnapshot(made.folder);
  expect({ processes, ports }).toEqual({ processes: [], ports: [] });
}

describe.skipIf(reason)(`Ctrl-C${reason ? ` (${reason})` : ''}`, () => {
  beforeAll(async () => {
    made = await makeProject();
    const up = await made.run(['up', '--no-verify']);
    if (up.code !== 0) throw new Error(up.stderr);
  });
  afterAll(() => made?.remove());

  it.each([1, 2])('%i times ends a verification with 130', async (times) => {
    const call = onTerminal(made.folder, ['verify', '--retry-for', '1m']);
    await call.sees(/\d\/\d/);
    call.type(ctrlC.repeat(times));
    await interrupted(call);
  });

  it.each([1, 2])('%i times ends a log that is followed with 130', async (times) => {
    const call = onTerminal(made.folder, ['logs', '--follow']);
    await call.sees(/api/);
    call.type(ctrlC.repeat(times));
    await interrupted(call);
  });

  it.each([1, 2])('%i times ends a migrator that waits for another with 130', async (times) => {
    const lock = tryLock(path.join(stackFolder(made.folder), 'migrate.lock'), 'a test');
    const call = onTerminal(made.folder, ['migrate', 'up']);
    await call.sees(/waiting for another migrator: .*a test/);
    await call.sees(/migrating/);
    call.type(ctrlC.repeat(times));
    await interrupted(call);
    if (lock.acquired) lock.release();
  });

  it('at a question of `init` ends it with 130 and writes nothing; an answer is written', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'questions-'));
    try {
      const question = /Address of the API.*:/;
      const first = onTerminal(folder, ['init']);
      await first.sees(question);
      first.type(ctrlC);
      await interrupted(first);
      expect(readdirSync(folder)).toEqual([]);
      const second = onTerminal(folder, ['init']);
      await second.sees(question);
      second.type('http://localhost:8123\n');
      await second.sees(/Address of the web app/);
      second.type('\n');
      expect(await second.ended, second.screen).toBe(0);
      const config = readFileSync(path.join(folder, 'meatymusic.config.ts'), 'utf8');
      expect(config).toContain("api: { kind: 'api', url: 'http://localhost:8123' },");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('ends `up` with 130, leaves nothing, and draws its lines once', async () => {
    await made.run(['down']);
    const call = onTerminal(made.folder, ['up', '--no-verify', '--foreground']);
    await call.sees(/database +starting/);
    call.type(ctrlC);
    await interrupted(call);
    const afterwards = call.screen.slice(call.screen.indexOf('\x1b[?25h'));
    expect(afterwards.match(/cache/g)).toHaveLength(1);
    await nothingLeft();
  });

  it('says while `up` stops the stack how it ends at once, and a second one leaves what `down` finds', async () => {
    const call = onTerminal(made.folder, ['up', '--no-verify', '--foreground']);
    await call.sees(/redis:\/\//);
    const state = JSON.parse(
      readFileSync(made.file('.meatymusic/supervisor.json'), 'utf8'),
    ) as SupervisorState;
    // It takes no order, so that the end takes a while.
    process.kill(state.supervisor.pid, 'SIGSTOP');
    call.type(ctrlC);
    await call.sees(/stopping; Ctrl-C again leaves at once/);
    call.type(ctrlC);
    await interrupted(call);
    const down = await made.run(['down']);
    expect(down.code, down.stderr).toBe(0);
    await nothingLeft();
  });
});

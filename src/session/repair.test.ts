import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../base/errors.ts';
import { tryLock } from '../base/pid-lock.ts';
import { identifyProcess, type ProcessIdentity } from '../base/process-identity.ts';
import type { Runtime, RuntimeName } from '../runners/runtime.ts';
import type { ChangeRecord } from './change.ts';
import { changesFolder, readChanges } from './ledger.ts';
import { forgetChanges, type RepairableStack, repairLeftovers } from './repair.ts';

const endpoints = {
  api: { url: 'http://127.0.0.1:1' },
  web: { url: 'http://127.0.0.1:2' },
  database: { url: 'postgresql://user:secret@127.0.0.1:3/shop' },
  cache: { url: 'redis://127.0.0.1:4' },
};
/** Ended long ago: no process has this start. */
const ended: ProcessIdentity = { pid: 1, started: 'before the last boot' };

let root: string;
let calls: string[];
let refusal: Error | undefined;
let others: ChildProcess[];

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'meatymusic-repair-'));
  calls = [];
  others = [];
  refusal = undefined;
});
afterEach(() => {
  for (const other of others) other.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

const call = (what: string) => {
  calls.push(what);
  return refusal ? Promise.reject(refusal) : Promise.resolve();
};
const stack = (name: RuntimeName = 'embedded'): RepairableStack => ({
  root,
  runtime: {
    name,
    control: {
      stop: (service: string) => call(`stop ${service}`),
      start: (service: string) => call(`start ${service}`),
      restart: (service: string, set: object) => call(`restart ${service} ${JSON.stringify(set)}`),
    } as unknown as NonNullable<Runtime['control']>,
  },
  endpoints: async () => endpoints,
  base: () => Promise.reject(new Error('nothing listens there')),
});

/** A record as another process left it. */
function leave(more: Partial<ChangeRecord> = {}, name = 'left'): string {
  const record: ChangeRecord = {
    version: 1,
    runtime: 'embedded',
    by: { ...ended, command: 'meatymusic verify' },
    atMs: 1000,
    what: 'cache is stopped (cache/degrades)',
    undo: { kind: 'start', service: 'cache' },
    ...more,
  };
  return leaveText(JSON.stringify(record), `${name}.json`);
}

function leaveText(text: string, name: string): string {
  mkdirSync(changesFolder(root), { recursive: true });
  const file = path.join(changesFolder(root), name);
  writeFileSync(file, text);
  return file;
}

async function livingProcess(): Promise<ProcessIdentity> {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  others.push(other);
  return identifyProcess(other.pid as number) as ProcessIdentity;
}

describe('the repair of what an earlier call left', () => {
  it('does nothing and makes no file where nothing is left', async () => {
    expect(await repairLeftovers(stack())).toEqual([]);
    expect(readdirSync(root)).toEqual([]);
  });

  it('starts a service again, reports it, and removes the record', async () => {
    const file = leave();
    expect(await repairLeftovers(stack())).toEqual([
      'repaired what an earlier `meatymusic verify` left: cache is stopped (cache/degrades)',
    ]);
    expect(calls).toEqual(['start cache']);
    expect(existsSync(file)).toBe(false);
  });

  it('waits for the end of a stop that may still be under way', async () => {
    leave({ atMs: Date.now() });
    await repairLeftovers(stack());
    expect(calls).toEqual(['stop cache', 'start cache']);
  });

  it('restarts with its own environment what was given another one', async () => {
    leave({ what: 'sabotage "no CORS"', undo: { kind: 'restart', service: 'api' } });
    await repairLeftovers(stack());
    expect(calls).toEqual(['restart api {}']);
  });

  it('leaves alone what a living process changed, and names it', async () => {
    const living = await livingProcess();
    const file = leave({ by: { ...living, command: 'meatymusic verify' } });
    const [note] = await repairLeftovers(stack());
    expect(note).toContain(
      `cache is stopped (cache/degrades) by \`meatymusic verify\`, process ${living.pid}, since 1970-01-01`,
    );
    expect(calls).toEqual([]);
    expect(existsSync(file)).toBe(true);
  });

  it('is not misled by a process that got the number of one that ended', async () => {
    const living = await livingProcess();
    leave({ by: { pid: living.pid, started: 'earlier', command: 'meatymusic verify' } });
    await repairLeftovers(stack());
    expect(calls).toEqual(['start cache']);
  });

  it('does not bring back a service that a living run has taken away as well', async () => {
    leave({}, 'of-the-dead');
    leave({ by: { ...(await livingProcess()), command: 'meatymusic verify' } }, 'of-the-living');
    await repairLeftovers(stack());
    expect(calls).toEqual([]);
    others[0]?.kill('SIGKILL');
    await new Promise((resolve) => others[0]?.once('exit', resolve));
    expect(await repairLeftovers(stack())).toHaveLength(2);
    expect(calls).toEqual(['start cache', 'start cache']);
  });

  it('keeps the record of a repair that fails, says what to do, and tries again at the next call', async () => {
    refusal = new Error('its port is taken');
    const file = leave();
    expect(await repairLeftovers(stack())).toEqual([
      'could not repair what an earlier `meatymusic verify` left: cache is stopped (cache/degrades): its port is taken; the next call tries again; for a new start: meatymusic down, then up',
    ]);
    expect(existsSync(file)).toBe(true);
    refusal = undefined;
    expect(await repairLeftovers(stack())).toHaveLength(1);
    expect(existsSync(file)).toBe(false);
  });

  it('names the record of data that cannot be repaired', async () => {
    const file = leave({ what: 'rows', undo: { kind: 'sql', steps: [{ sql: 'delete from tenants' }] } });
    const [note] = await repairLeftovers(stack());
    expect(note).toContain(
      'rows: nothing listens there; undo it by hand and remove .meatymusic/changes/left.json',
    );
    expect(existsSync(file)).toBe(true);
  });

  it('forgets a change of services whose stack has gone', async () => {
    refusal = new Fault({ code: 'supervisor-gone', message: 'it has gone' });
    const file = leave();
    const [note] = await repairLeftovers(stack());
    expect(note).toMatch(/^nothing to repair .*; that stack has gone$/);
    expect(existsSync(file)).toBe(false);
  });

  it('does not touch the stack of another runtime', async () => {
    const file = leave({ runtime: 'compose' });
    expect(await repairLeftovers(stack())).toEqual([]);
    expect(calls).toEqual([]);
    expect(existsSync(file)).toBe(true);
  });

  it('does not write into another database than the one that was changed', async () => {
    const undo = { kind: 'sql' as const, steps: [{ sql: 'delete from tenants' }] };
    const file = leave({ runtime: 'external', target: '127.0.0.1:9/other', what: 'rows', undo });
    const [note] = await repairLeftovers(stack('external'));
    expect(note).toContain('left rows at 127.0.0.1:9/other, and the configuration names 127.0.0.1:3/shop');
    expect(existsSync(file)).toBe(true);
  });

  it.each([
    ['half a file', '{"version":1,'],
    ['another version', JSON.stringify({ version: 2 })],
    [
      'an unknown way to undo',
      JSON.stringify({ version: 1, what: 'x', atMs: 1, runtime: 'embedded', by: ended, undo: {} }),
    ],
    ['null', 'null'],
  ])('keeps aside a record that cannot be read: %s', async (_what, text) => {
    leaveText(text, 'odd.json');
    const [note] = await repairLeftovers(stack());
    expect(note).toMatch(
      /cannot be read \(.+\) and is kept as \.meatymusic\/changes\/damaged\/odd\.json: what that call changed/,
    );
    expect(readFileSync(path.join(changesFolder(root), 'damaged/odd.json'), 'utf8')).toBe(text);
    expect(await repairLeftovers(stack())).toEqual([]);
  });

  it('removes the draft of a change that was never made', async () => {
    const dead = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await new Promise((resolve) => dead.once('exit', resolve));
    const draft = leaveText('{"vers', `${dead.pid}-1-1.json.0a1b2c.tmp`);
    expect(await repairLeftovers(stack())).toEqual([]);
    expect(existsSync(draft)).toBe(false);
  });

  it('does not wait for ever for another call that repairs', async () => {
    leave();
    const lock = tryLock(path.join(root, '.meatymusic/repair.lock'), 'repair');
    const [note] = await repairLeftovers(stack(), { waitMs: 1 });
    expect(note).toContain(`process ${process.pid} has been repairing this stack since `);
    expect(calls).toEqual([]);
    if (lock.acquired) lock.release();
  });

  it('leaves the services of a stack that is about to be stopped, and then forgets them', async () => {
    leave();
    expect(await repairLeftovers(stack(), { onlyData: true })).toEqual([]);
    expect(calls).toEqual([]);
    expect(forgetChanges(root, 'embedded', { volumes: false })).toEqual([
      'cache is stopped (cache/degrades), as an earlier `meatymusic verify` left it: gone with the stack',
    ]);
    expect(readChanges(root).left).toEqual([]);
  });

  it('forgets changes of data with the data alone', () => {
    leave({ undo: { kind: 'sql', steps: [] } });
    expect(forgetChanges(root, 'embedded', { volumes: false })).toEqual([]);
    expect(forgetChanges(root, 'embedded', { volumes: true })).toHaveLength(1);
  });
});

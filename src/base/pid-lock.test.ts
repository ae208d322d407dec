import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockHolder, tryLock } from './pid-lock.ts';
import { identifyProcess, isAlive, ownIdentity, signalProcess } from './process-identity.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-lock-'));
  file = path.join(folder, 'deep', 'a.lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('tryLock', () => {
  it('admits one holder, names it to the next, and leaves no file once released', () => {
    const first = tryLock(file, 'first');
    expect(first.acquired).toBe(true);
    expect(tryLock(file, 'second')).toMatchObject({
      acquired: false,
      holder: { pid: process.pid, what: 'first' },
    });
    if (first.acquired) first.release();
    expect(lockHolder(file)).toBeUndefined();
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  it('takes over the lock of a process that has ended', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    tryLock(file, 'make the folder');
    writeFileSync(file, JSON.stringify({ pid, started: 'then', what: 'dead', since: '' }));
    expect(tryLock(file, 'heir').acquired).toBe(true);
    expect(lockHolder(file)?.what).toBe('heir');
  });

  it('takes over the lock of a process whose PID was reused', () => {
    tryLock(file, 'make the folder');
    writeFileSync(file, JSON.stringify({ pid: process.pid, started: 'earlier', what: 'dead', since: '' }));
    expect(tryLock(file, 'heir').acquired).toBe(true);
  });

  it('takes over a lock file that is damaged', () => {
    tryLock(file, 'make the folder');
    writeFileSync(file, '{"pid":');
    expect(tryLock(file, 'heir').acquired).toBe(true);
  });

  it("does not remove another holder's lock when a lock that was lost is released", () => {
    const lost = tryLock(file, 'lost');
    writeFileSync(file, `${JSON.stringify({ ...ownIdentity(), what: 'other', since: '' })}\n`);
    if (lost.acquired) lost.release();
    expect(lockHolder(file)?.what).toBe('other');
  });
});

describe('process identity', () => {
  it('identifies this process, and no process that does not exist', () => {
    expect(isAlive(ownIdentity())).toBe(true);
    expect(identifyProcess(2 ** 30)).toBeUndefined();
    expect(identifyProcess(-1)).toBeUndefined();
  });

  it('sends no signal to a process that reuses the PID', () => {
    expect(signalProcess({ pid: process.pid, started: 'earlier' }, 'SIGKILL')).toBe(false);
  });
});

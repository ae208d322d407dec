import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RuntimeName } from '../runners/runtime.ts';
import type { ChangeRecord } from './change.ts';
import { changesFolder, createLedger } from './ledger.ts';

const endpoints = {
  api: { url: 'http://127.0.0.1:1' },
  web: { url: 'http://127.0.0.1:2' },
  database: { url: 'postgresql://user:secret@127.0.0.1:3/shop' },
  cache: { url: 'redis://127.0.0.1:4' },
};

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'meatymusic-ledger-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the ledger', () => {
  const ledgerOf = (runtime: RuntimeName) =>
    createLedger(root, { runtime, endpoints, command: 'meatymusic verify' });
  const change = { what: 'rows', undo: { kind: 'sql' as const, steps: [{ sql: 'delete from x' }] } };
  const recordIn = (name: string) =>
    JSON.parse(readFileSync(path.join(changesFolder(root), name), 'utf8')) as ChangeRecord;

  it('keeps a file for each change while it lasts, readable for its owner alone', () => {
    const one = ledgerOf('embedded').record(change);
    const two = ledgerOf('external').record(change);
    const [first = '', second = ''] = readdirSync(changesFolder(root)).sort(byNumber);
    expect(recordIn(first)).toMatchObject({
      version: 1,
      runtime: 'embedded',
      by: { pid: process.pid },
      ...change,
    });
    expect(recordIn(first).target).toBeUndefined();
    expect(recordIn(second).target).toBe('127.0.0.1:3/shop');
    expect(JSON.stringify(recordIn(second))).not.toContain('secret');
    one.remove();
    two.remove();
    expect(readdirSync(changesFolder(root))).toEqual([]);
  });

  it('refuses the change when it cannot be recorded', () => {
    writeFileSync(path.join(root, '.meatymusic'), 'a file where the folder should be');
    expect(() => ledgerOf('embedded').record(change)).toThrow(
      /^the stack was not changed, because the change cannot be recorded: .*(EEXIST|ENOTDIR)/,
    );
  });
});

const byNumber = (one: string, other: string) =>
  Number(one.split(/[-.]/)[2]) - Number(other.split(/[-.]/)[2]);

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mountSmallDisk, notMountable } from '../testing/small-disk.ts';
import { Fault } from './errors.ts';
import { tryLock } from './pid-lock.ts';
import { createFilesSync, makeFolderSync, replaceFile, replaceFileSync } from './write-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-write-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => path.join(folder, name);

async function faultOf(work: () => unknown): Promise<Fault> {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(Fault);
    expect(error).toMatchObject({ code: 'cannot-write', exitCode: 73 });
    return error as Fault;
  }
  throw new Error('it was written');
}

it('replaces a file atomically, with its mode', async () => {
  replaceFileSync(at('a'), 'one', { mode: 0o600, durable: true });
  await replaceFile(at('a'), 'two', { mode: 0o600 });
  expect(readFileSync(at('a'), 'utf8')).toBe('two');
  expect(statSync(at('a')).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['a']);
});

it('reports the obstacle, and leaves no file behind', async () => {
  mkdirSync(at('folder'));
  writeFileSync(at('file'), 'kept');
  symlinkSync(at('nowhere/at/all'), at('link'));
  const messages = [
    await faultOf(() => replaceFileSync(at('folder'), '')),
    await faultOf(() => replaceFile(at('folder'), '')),
    await faultOf(() => replaceFileSync(at('file/a'), '')),
    await faultOf(() => makeFolderSync(at('file'))),
    await faultOf(() => makeFolderSync(at('link'))),
    await faultOf(() => tryLock(at('folder'), 'test')),
    await faultOf(() => tryLock(at('link'), 'test')),
    await faultOf(() => createFilesSync({ [at('new')]: 'a', [at('file')]: 'b' })),
  ].map(({ message }) => message.replaceAll(folder, '.'));
  expect(messages).toEqual([
    './folder cannot be written: a folder is there (EISDIR)',
    './folder cannot be written: a folder is there (EISDIR)',
    './file/a cannot be written: a part of its path is not a folder (ENOTDIR)',
    './file cannot be written: something else is there (EEXIST)',
    expect.stringMatching(/^\.\/link cannot be written: /),
    './folder cannot be written: a folder is there (EISDIR)',
    './link cannot be written: something else is there (EEXIST)',
    './file cannot be written: something else is there (EEXIST)',
  ]);
  expect(readdirSync(folder).sort()).toEqual(['file', 'folder', 'link']);
  expect(readFileSync(at('file'), 'utf8')).toBe('kept');
});

it('takes over a lock file with invalid content', () => {
  writeFileSync(at('lock'), '\0garbage');
  expect(tryLock(at('lock'), 'test').acquired).toBe(true);
});

describe.skipIf(notMountable)(`on a full disk${notMountable ? ` (skipped: ${notMountable})` : ''}`, () => {
  it('keeps the old content, reports the failure immediately, and leaves no temporary file', async () => {
    const disk = mountSmallDisk(64);
    try {
      const file = path.join(disk.folder, 'state.json');
      replaceFileSync(file, 'old');
      disk.fill();
      const before = readdirSync(disk.folder);
      const text = 'x'.repeat(8192);
      for (const fault of [
        await faultOf(() => replaceFileSync(file, text)),
        await faultOf(() => replaceFile(file, text)),
        await faultOf(() => tryLock(path.join(disk.folder, 'a.lock'), 'test')),
        await faultOf(() => createFilesSync({ [path.join(disk.folder, 'a')]: text })),
      ])
        expect(fault.message).toMatch(/no space is left on the device \(ENOSPC\)$/);
      expect(readFileSync(file, 'utf8')).toBe('old');
      expect(readdirSync(disk.folder)).toEqual(before);
      expect(existsSync(`${file}.tmp`)).toBe(false);
    } finally {
      disk.unmount();
    }
  });
});

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('makes a folder with those above it, and is content with one that is there', async () => {
  const deep = path.join(folder, 'a/b/c');
  await Promise.all([makeFolder(deep), makeFolder(deep)]);
  await makeFolder(deep);
  expect(existsSync(deep)).toBe(true);
});

it('rejects where a file stands in the way', async () => {
  writeFileSync(path.join(folder, 'file'), '');
  await expect(makeFolder(path.join(folder, 'file/a'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

it.skipIf(!existsSync('/proc/self'))('rejects where a file system takes no folder', async () => {
  await expect(makeFolder('/proc/meatymusic/a')).rejects.toMatchObject({ code: 'ENOENT' });
});

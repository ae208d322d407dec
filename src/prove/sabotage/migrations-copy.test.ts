import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { MigrationsProbe } from '../../check/probes.ts';
import { compareLockFile, writeLockFile } from '../../migrate/index.ts';
import { createMigrationsFolder } from '../../testing/migrations-folder.ts';
import { sabotageMigrations } from './migrations-copy.ts';

it('puts the files into a copy of the folder, and takes the copy away again', async () => {
  const own = await createMigrationsFolder();
  await own.write('1_a');
  writeLockFile(own.folder);
  const inFolder = (folder: string) => ({ state: async () => ({ folder }) }) as MigrationsProbe;
  const files = { 'migrations.lock.json': '{ "head": null, "migrations": [] }' };
  const broken = await sabotageMigrations({ ...inFolder(own.folder), inFolder }, files);
  const { folder } = await broken.migrations.state();
  expect(await readFile(path.join(folder, '1_a.ts'), 'utf8')).toBe(
    await readFile(path.join(own.folder, '1_a.ts'), 'utf8'),
  );
  expect(compareLockFile(folder)).toEqual(['not in the lock file: 1_a']);
  expect(compareLockFile(own.folder)).toEqual([]);
  await broken.remove();
  expect(existsSync(folder)).toBe(false);
  await own.dispose();
});

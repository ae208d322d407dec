import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compareLockFile, lockFileName, requireLockFile, writeLockFile } from './lock-file.ts';
import { builtInMigrations } from './source.ts';

describe('the lock file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'meatymusic-lock-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = (name: string, text = 'export const up = async () => {};\n') =>
    writeFile(path.join(folder, name), text);
  const compare = () => compareLockFile(folder);

  test('of the built-in migrations fits them', () => {
    expect(compareLockFile(builtInMigrations)).toEqual([]);
  });

  test('names what was added, changed and removed', async () => {
    await write('1_a.ts');
    await write('2_b.ts');
    expect(compare()).toBeUndefined();
    expect(writeLockFile(folder)).toBe(true);
    expect(writeLockFile(folder)).toBe(false);
    expect(compare()).toEqual([]);
    await write('2_b.ts', '// changed');
    await write('3_c.ts');
    await rm(path.join(folder, '1_a.ts'));
    expect(compare()).toEqual([
      'changed since the lock file was written: 2_b',
      'not in the lock file: 3_c',
      'in the lock file alone: 1_a',
    ]);
    expect(() => requireLockFile(folder)).toThrow(
      expect.objectContaining({ code: 'migrations-lock', exitCode: 78 }),
    );
  });

  test('does not change with line endings', async () => {
    await write('1_a.ts', 'one\ntwo\n');
    writeLockFile(folder);
    await write('1_a.ts', '\ufeffone\r\ntwo\r\n');
    expect(compare()).toEqual([]);
  });

  test('makes two branches that add a migration each a merge conflict, and says so', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', '-C', folder, ...args], {
        stdio: 'pipe',
      });
    const commit = async (file: string) => {
      await write(file);
      writeLockFile(folder);
      git('add', '-A');
      git('commit', '-qm', file);
    };
    git('init', '-q', '-b', 'main');
    await commit('1_a.ts');
    git('switch', '-qc', 'other');
    await commit('2_theirs.ts');
    git('switch', '-q', 'main');
    await commit('2_ours.ts');
    expect(() => git('merge', '-q', 'other')).toThrow();
    expect(git('diff', '--name-only', '--diff-filter=U').toString().trim()).toBe(lockFileName);
    expect(compare).toThrow(
      expect.objectContaining({
        code: 'migrations-lock',
        exitCode: 78,
        message: expect.stringContaining('merge conflict'),
      }),
    );
  });
});

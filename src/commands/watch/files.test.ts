import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changedFiles, snapshotOf } from './files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'watch-files-'));
  mkdirSync(path.join(folder, 'ops/deep'), { recursive: true });
  writeFileSync(path.join(folder, 'ops/deep/one.ts'), 'one');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => path.join(folder, name);

/** The paths that differ after `change`. */
function changedBy(change: () => void, paths = [at('ops'), at('config.json')]): string[] {
  const before = snapshotOf(paths);
  change();
  return changedFiles(before, snapshotOf(paths)).map((file) => path.relative(folder, file));
}

describe('the changes of watched files', () => {
  it('are none where nothing was written', () => {
    expect(changedBy(() => {})).toEqual([]);
  });

  it.each<[string, () => void, string[]]>([
    ['a write', () => writeFileSync(at('ops/deep/one.ts'), 'other'), ['ops/deep/one.ts']],
    ['a new file', () => writeFileSync(at('ops/two.ts'), ''), ['ops/two.ts']],
    ['a watched file that did not exist', () => writeFileSync(at('config.json'), ''), ['config.json']],
    ['a removed folder', () => rmSync(at('ops/deep'), { recursive: true }), ['ops/deep/one.ts']],
    [
      'a new folder',
      () => {
        mkdirSync(at('ops/new/deeper'), { recursive: true });
        writeFileSync(at('ops/new/deeper/x.ts'), '');
      },
      ['ops/new/deeper/x.ts'],
    ],
    [
      'a file that an editor replaced by one of the same size',
      () => {
        writeFileSync(at('one.tmp'), 'two');
        renameSync(at('one.tmp'), at('ops/deep/one.ts'));
      },
      ['ops/deep/one.ts'],
    ],
  ])('are found after %s', (_, change, expected) => {
    expect(changedBy(change)).toEqual(expected);
  });

  it('leave out installed packages, and links to folders', () => {
    symlinkSync(folder, at('ops/circle'));
    mkdirSync(at('ops/node_modules'));
    expect(changedBy(() => writeFileSync(at('ops/node_modules/x.js'), ''))).toEqual([]);
  });

  it('keep the other files where one is a broken link', () => {
    symlinkSync(at('nowhere'), at('ops/broken'));
    expect(changedBy(() => writeFileSync(at('ops/zzz.ts'), ''))).toEqual(['ops/zzz.ts']);
  });
});

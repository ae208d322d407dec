/** Rows 55 and 89 of the faults: what cannot be written is named at once, and the report is printed all the same. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../base/package-root.ts';
import { notBuilt } from '../testing/project.ts';
import { mountSmallDisk, notMountable, type SmallDisk, unprivilegedUid } from '../testing/small-disk.ts';

const config = JSON.stringify({
  runtime: 'external',
  services: { api: { url: 'http://127.0.0.1:1' } },
  verify: { timeout: '2s' },
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-unwritable-'));
  writeFileSync(path.join(folder, 'meatymusic.config.json'), config);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(args: readonly string[], { cwd = folder, user }: { cwd?: string; user?: number } = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(packageRoot, 'bin/meatymusic.js'), ...args],
    {
      cwd,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder },
      ...(user === undefined ? {} : { uid: user, gid: user }),
    },
  );
  return { code: status, stdout, stderr };
}

describe.skipIf(notBuilt)(`what cannot be written${notBuilt ? ` (skipped: ${notBuilt})` : ''}`, () => {
  it.skipIf(process.platform !== 'linux')('a report on a full device: the others are written, 73', () => {
    const { code, stdout, stderr } = run([
      'verify',
      'api/health',
      '--reporter',
      'json=/dev/full',
      '--reporter',
      'junit=report.xml',
    ]);
    expect(code).toBe(73);
    expect(stderr).toContain(
      'error[cannot-write]: the json report could not be written to /dev/full: no space is left',
    );
    expect(readFileSync(path.join(folder, 'report.xml'), 'utf8')).toContain('</testsuites>');
    expect(stdout).toContain('api/health');
  });

  it('a file named .meatymusic: `up` names it at once, `verify` notes it', () => {
    writeFileSync(path.join(folder, '.meatymusic'), '');
    const up = run(['up', '--runtime', 'embedded', '--no-verify']);
    expect(up.code).toBe(73);
    expect(up.stderr).toMatch(
      /error\[cannot-write\]: .*\.meatymusic cannot be written: something else is there/,
    );
    const verify = run(['verify', 'api/health']);
    expect(verify.code).toBe(1);
    expect(verify.stderr).toContain('note: this run is not saved for --last-failed');
  });
});

const missing = notBuilt ?? notMountable;
describe.skipIf(missing)(
  `as another user, or on a small disk${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    let disk: SmallDisk | undefined;
    afterEach(() => {
      disk?.unmount();
      disk = undefined;
    });

    it('a folder that this user may not write to: 73 with the path, from every command that writes', () => {
      chmodSync(folder, 0o755);
      const before = readdirSync(folder);
      for (const args of [
        ['up', '--runtime', 'embedded', '--no-verify'],
        ['checks', 'new', 'a/b'],
        ['migrate', 'create', 'songs'],
        ['init', '--ci', '--cwd', 'empty'],
      ]) {
        mkdirSync(path.join(folder, 'empty'), { recursive: true });
        const { code, stderr } = run(args, { user: unprivilegedUid });
        expect([args[0], code, stderr]).toEqual([
          args[0],
          73,
          expect.stringMatching(/error\[cannot-write\]: .*permission denied \(EACCES\)/),
        ]);
      }
      expect(readdirSync(folder)).toEqual(['empty', ...before].sort());
    });

    it('a full disk for the state: `up` ends at once with ENOSPC and leaves no draft', () => {
      disk = mountSmallDisk(64);
      writeFileSync(path.join(disk.folder, 'meatymusic.config.json'), config);
      mkdirSync(path.join(disk.folder, '.meatymusic'));
      disk.fill();
      const { code, stderr } = run(['up', '--runtime', 'embedded', '--no-verify'], { cwd: disk.folder });
      expect(code).toBe(73);
      expect(stderr).toMatch(/\.meatymusic\/.* cannot be written: no space is left on the device \(ENOSPC\)/);
      expect(readdirSync(path.join(disk.folder, '.meatymusic'))).toEqual([]);
    });

    it.each([0, 12])(
      'a disk for evidence with %i kB: 73, the report is printed, and no half bundle is left',
      (free) => {
        disk = mountSmallDisk(64);
        disk.fill();
        for (let kilobytes = 0; kilobytes < free; kilobytes += 4)
          rmSync(path.join(disk.folder, `filler-${kilobytes / 4}`));
        const evidence = path.join(disk.folder, 'bundle');
        const { code, stdout, stderr } = run(['verify', 'api', '--evidence', evidence]);
        expect(code).toBe(73);
        expect(stderr).toMatch(/error\[cannot-write\]: no evidence was saved: .*ENOSPC/);
        expect(stdout).toContain('api/health');
        expect(readdirSync(disk.folder)).not.toContain('bundle');
      },
    );
  },
);

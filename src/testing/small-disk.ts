/** A file system of a few kilobytes, and a user whom permissions apply to: both need root on Linux. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** For `describe.skipIf(...)`: why the tests cannot run here. */
export const notMountable: string | undefined = whyNotMountable();

/** A user without rights of its own. */
export const unprivilegedUid = 65_534;

export interface SmallDisk {
  folder: string;
  /** Leaves no byte free. */
  fill(): void;
  unmount(): void;
}

export function mountSmallDisk(kilobytes: number): SmallDisk {
  const folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k,mode=0755`, 'tmpfs', folder], {
    stdio: 'pipe',
  });
  chmodSync(folder, 0o755);
  return {
    folder,
    fill() {
      try {
        for (let at = 0; ; at++) writeFileSync(path.join(folder, `filler-${at}`), Buffer.alloc(4096));
      } catch {
        // It is full.
      }
    },
    unmount() {
      execFileSync('umount', ['-l', folder], { stdio: 'pipe' });
      rmdirSync(folder);
    },
  };
}

function whyNotMountable(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'needs root on Linux, to mount a small disk';
  try {
    mountSmallDisk(64).unmount();
    return undefined;
  } catch {
    return 'needs the right to mount a small disk';
  }
}

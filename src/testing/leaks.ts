/** Detection of what a stack of a project folder leaves behind: processes, listening ports, files. Reads /proc: Linux only. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** For `describe.skipIf(...)`: why leaks cannot be seen here. */
export const leaksInvisible: string | undefined = existsSync('/proc/self/fd')
  ? undefined
  : 'needs /proc to see processes and ports';

export interface FoundProcess {
  pid: number;
  command: string;
}

export interface LeakSnapshot {
  /** `redis-server (4242)` */
  processes: string[];
  /** `127.0.0.1:5432 (redis-server)` */
  ports: string[];
  /** Relative to the folder. */
  files: string[];
}

/** Takes a snapshot of this folder. `leaksSince` compares two snapshots. */
export function takeSnapshot(folder: string): LeakSnapshot {
  const processes = processesOf(folder);
  return {
    processes: processes.map(({ pid, command }) => `${command} (${pid})`).sort(),
    ports: processes.flatMap(({ pid, command }) => portsOf(pid).map((port) => `${port} (${command})`)).sort(),
    files: filesOf(folder),
  };
}

/** Returns what was added since a snapshot. */
export function leaksSince(folder: string, before: LeakSnapshot): LeakSnapshot {
  const now = takeSnapshot(folder);
  const added = (kind: keyof LeakSnapshot) => now[kind].filter((entry) => !before[kind].includes(entry));
  return { processes: added('processes'), ports: added('ports'), files: added('files') };
}

/** Processes that work in the folder or below, or that have its path in their arguments or their environment. */
export function processesOf(folder: string): FoundProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const own = `/proc/${name}`;
        if (/^\d+ \(.*\) [ZX]/s.test(readFileSync(`${own}/stat`, 'latin1'))) return [];
        const places = [
          `${readlinkSync(`${own}/cwd`)}/`,
          readFileSync(`${own}/cmdline`, 'latin1'),
          readFileSync(`${own}/environ`, 'latin1').replace(/(^|\0)(OLDPWD|PWD)=[^\0]*/g, ''),
        ];
        if (!places.some((text) => text.includes(folder))) return [];
        return [{ pid: Number(name), command: readFileSync(`${own}/comm`, 'utf8').trim() }];
      } catch {
        return [];
      }
    });
}

/** Addresses on which a process listens. */
export function portsOf(pid: number): string[] {
  const inodes = new Set<string>();
  try {
    for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${descriptor}`))?.[1];
      if (inode) inodes.add(inode);
    }
  } catch {
    return [];
  }
  const listen = '0A';
  return ['/proc/net/tcp', '/proc/net/tcp6']
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, 'latin1').split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter((row) => row[3] === listen && inodes.has(row[9] ?? ''))
    .map((row) => addressOf(row[1] as string));
}

function addressOf(hex: string): string {
  const [host = '', port = ''] = hex.split(':');
  const bytes = host.match(/../g) ?? [];
  const name = bytes.length === 4 ? bytes.reverse().map((byte) => Number.parseInt(byte, 16)) : ['::'];
  return `${name.join('.')}:${Number.parseInt(port, 16)}`;
}

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).map(String).sort();
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

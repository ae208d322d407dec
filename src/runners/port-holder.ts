import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';

export interface PortHolder {
  pid: number;
  /** Name of the program. */
  name: string;
}

/** Which process listens on a TCP port; `undefined` when none is found, or when it belongs to another user. */
export async function portHolder(port: number): Promise<PortHolder | undefined> {
  return process.platform === 'linux' ? fromProc(port) : fromLsof(port);
}

/** `process 4242 (postgres)`, or that it could not be seen. */
export function describeHolder(holder: PortHolder | undefined): string {
  return holder ? `process ${holder.pid} (${holder.name})` : 'a process that is not visible from here';
}

function fromProc(port: number): PortHolder | undefined {
  const wanted = new Set(listeningInodes(port).map((inode) => `socket:[${inode}]`));
  if (wanted.size === 0) return undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const folder = `/proc/${pid}/fd`;
      if (!readdirSync(folder).some((descriptor) => wanted.has(link(`${folder}/${descriptor}`)))) continue;
      return { pid: Number(pid), name: readFileSync(`/proc/${pid}/comm`, 'utf8').trim() };
    } catch {
      // It ended meanwhile, or belongs to somebody else.
    }
  }
  return undefined;
}

function listeningInodes(port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => {
    try {
      const rows = readFileSync(file, 'latin1')
        .split('\n')
        .map((line) => line.trim().split(/\s+/));
      const listen = '0A';
      return rows
        .filter((row) => row[1]?.endsWith(suffix) && row[3] === listen)
        .map((row) => row[9] as string);
    } catch {
      return [];
    }
  });
}

function link(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

async function fromLsof(port: number): Promise<PortHolder | undefined> {
  try {
    const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'];
    const { stdout } = await promisify(execFile)('lsof', args, { timeout: 5000 });
    const pid = /^p(\d+)/m.exec(stdout)?.[1];
    return pid ? { pid: Number(pid), name: /^c(.+)/m.exec(stdout)?.[1] ?? 'unknown' } : undefined;
  } catch {
    return undefined;
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { holdersOf } from './listening-sockets.ts';
import { listProcesses } from './process-list.ts';

export interface PortHolder {
  pid: number;
  /** Name of the program. */
  name: string;
}

/** Resolves to the process that listens on a TCP port; `undefined` if there is none, or if it belongs to another user. */
export async function portHolder(port: number): Promise<PortHolder | undefined> {
  const pids =
    process.platform === 'linux'
      ? readdirSync('/proc')
          .filter((name) => /^\d+$/.test(name))
          .map(Number)
      : listProcesses().map(({ pid }) => pid);
  const [pid] = await holdersOf(port, pids);
  return pid === undefined ? undefined : { pid, name: programOf(pid) };
}

/** `process 4242 (postgres)`, or that it could not be seen. */
export function describeHolder(holder: PortHolder | undefined): string {
  return holder ? `process ${holder.pid} (${holder.name})` : 'a process that is not visible from here';
}

/** Returns the name of a process's program. */
export function programOf(pid: number): string {
  if (process.platform !== 'linux') return listProcesses().find((row) => row.pid === pid)?.name ?? 'unknown';
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return 'ended';
  }
}

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A running process and its relations. */
export interface ProcessRow {
  pid: number;
  ppid: number;
  /** Process group. */
  pgid: number;
  /** Session; 0 where the system does not report it. */
  sid: number;
  name: string;
  /** Processor time so far, in ticks of the system; 0 where it is not reported. */
  cpuTicks: number;
  /** True if it is computing, or is waiting for a processor or the disk. */
  isBusy: boolean;
}

/** Returns all processes that this user can see, without zombies. */
export function listProcesses(): ProcessRow[] {
  return process.platform === 'linux' ? fromProc() : fromPs();
}

/** Returns the PIDs of processes that have this `NAME=value` in their initial environment. */
export function findMarked(mark: string, pids?: readonly number[]): number[] {
  if (process.platform !== 'linux') return markedFromPs(mark);
  return (pids ?? fromProc().map(({ pid }) => pid)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark);
    } catch {
      return false;
    }
  });
}

/** Returns the resident memory of these processes in bytes; pages that they share count for each. */
export function residentBytes(pids: readonly number[]): number {
  if (pids.length === 0) return 0;
  const kibibytes =
    process.platform === 'linux'
      ? pids.map(residentFromProc)
      : ps(['-o', 'rss=', '-p', pids.join(',')]).map(Number);
  return kibibytes.reduce((sum, each) => sum + (each || 0), 0) * 1024;
}

function residentFromProc(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
  } catch {
    return 0;
  }
}

/** Number of the descriptor that the processes of a service inherit beside the standard streams. */
export const markDescriptor = 3;

/** Returns the PIDs of processes that have inherited this file; a program that overwrites its environment has it as well. */
export function findHolders(isMark: (file: string) => boolean, pids?: readonly number[]): number[] {
  if (process.platform !== 'linux') return [];
  return (pids ?? fromProc().map(({ pid }) => pid)).filter((pid) => {
    try {
      return isMark(readlinkSync(`/proc/${pid}/fd/${markDescriptor}`));
    } catch {
      return false;
    }
  });
}

function fromProc(): ProcessRow[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const end = stat.lastIndexOf(')');
      // The command name is in parentheses and may contain any character.
      const fields = stat.slice(end + 2, end + 200).split(' ');
      const [state = '', ppid, pgid, sid] = fields;
      if (state === 'Z' || state === 'X') return [];
      const row = { pid: Number(name), ppid: Number(ppid), pgid: Number(pgid), sid: Number(sid) };
      const [userTicks, systemTicks] = fields.slice(11, 13).map(Number) as [number, number];
      const command = stat.slice(stat.indexOf('(') + 1, end);
      return [{ ...row, name: command, cpuTicks: userTicks + systemTicks, isBusy: /[RD]/.test(state) }];
    } catch {
      return [];
    }
  });
}

function fromPs(): ProcessRow[] {
  return ps(['-Axo', 'pid=,ppid=,pgid=,stat=,comm=']).flatMap((line) => {
    const [pid, ppid, pgid, state = '', ...name] = line.trim().split(/\s+/);
    if (!pid || state.startsWith('Z')) return [];
    const row = { pid: Number(pid), ppid: Number(ppid), pgid: Number(pgid), sid: 0, cpuTicks: 0 };
    return [{ ...row, name: name.join(' '), isBusy: /^[RUD]/.test(state) }];
  });
}

function markedFromPs(mark: string): number[] {
  return ps(['-Eww', '-o', 'pid=,command=', '-x'])
    .filter((line) => line.includes(` ${mark} `) || line.endsWith(` ${mark}`))
    .map((line) => Number.parseInt(line, 10));
}

function ps(args: readonly string[]): string[] {
  try {
    return execFileSync('ps', args, { encoding: 'utf8', maxBuffer: 2 ** 26 }).split('\n');
  } catch {
    return [];
  }
}

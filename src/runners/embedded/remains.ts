import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { awaitUntil } from '../../base/await-until.ts';
import {
  identifyProcess,
  isAlive,
  type ProcessIdentity,
  signalProcess,
} from '../../base/process-identity.ts';
import { readState, stackFolder, stackMark } from '../state.ts';

/**
 * Processes of this project's embedded stack that run: those in the state file, and all that carry the stack's mark in
 * their environment, which a lost state file or a kill between a start and its record cannot take away.
 */
export function findRemains(root: string): ProcessIdentity[] {
  const state = readState(root);
  const recorded = state?.runtime === 'embedded' ? [state.supervisor, ...Object.values(state.children)] : [];
  const found = new Map<number, ProcessIdentity>();
  for (const identity of [...recorded.filter(isAlive), ...marked(root)]) found.set(identity.pid, identity);
  found.delete(process.pid);
  return [...found.values()];
}

/** Ends them: SIGTERM, then SIGKILL. Resolves when all have gone. */
export async function clearRemains(root: string, graceMs = 2000): Promise<number> {
  const remains = findRemains(root);
  for (const [signal, withinMs] of [
    ['SIGTERM', graceMs],
    ['SIGKILL', 5000],
  ] as const) {
    const alive = remains.filter(isAlive);
    if (alive.length === 0) break;
    for (const identity of alive) {
      signalProcess(identity, 'SIGCONT');
      signalProcess(identity, signal);
    }
    const gone = awaitUntil(() => (remains.some(isAlive) ? undefined : true), {
      what: 'what was left of the stack to end',
      withinMs,
    });
    await (signal === 'SIGTERM' ? gone.catch(() => {}) : gone);
  }
  return remains.length;
}

function marked(root: string): ProcessIdentity[] {
  const mark = `MEATYMUSIC_STACK=${stackMark(root).MEATYMUSIC_STACK}`;
  const folder = stackFolder(stackMark(root).MEATYMUSIC_STACK);
  const pids = process.platform === 'linux' ? fromProc(mark, folder) : fromPs(mark);
  return pids.map(identifyProcess).filter((identity) => identity !== undefined);
}

/** redis-server writes its title over its environment, so it is known by its name and its working folder. */
function fromProc(mark: string, folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        if (readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark)) return true;
        const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
        return /^(redis|valkey)-server$/.test(name) && readlinkSync(`/proc/${pid}/cwd`) === folder;
      } catch {
        return false;
      }
    });
}

function fromPs(mark: string): number[] {
  try {
    return execFileSync('ps', ['-Eww', '-o', 'pid=,command=', '-x'], { encoding: 'utf8', maxBuffer: 2 ** 26 })
      .split('\n')
      .filter((line) => line.includes(` ${mark} `) || line.endsWith(` ${mark}`))
      .map((line) => Number.parseInt(line, 10));
  } catch {
    return [];
  }
}

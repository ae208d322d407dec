import path from 'node:path';
import { awaitUntil } from '../../base/await-until.ts';
import {
  identifyProcess,
  isAlive,
  type ProcessIdentity,
  signalProcess,
} from '../../base/process-identity.ts';
import { findHolders, findMarked, listProcesses } from '../process-list.ts';
import { markFolder, readState, stackMark } from '../state.ts';

/**
 * Returns the processes of this project's stack that run: those in the state file, all that carry the stack's mark in
 * their environment or have inherited one of its files, which a lost state file or a kill between a start and its record cannot take away, and those of
 * their groups and sessions.
 */
export function findRemains(root: string): ProcessIdentity[] {
  const { supervisor: state } = readState(root);
  const recorded = state ? [state.supervisor, ...Object.values(state.children)] : [];
  const found = new Set(recorded.filter(isAlive).map(({ pid }) => pid));
  const rows = listProcesses();
  const pids = rows.map(({ pid }) => pid);
  for (const pid of marked(root, pids)) found.add(pid);
  // The services lead a group and a session of their own.
  for (const { pid, pgid, sid } of rows) {
    if (isLedBy(pgid, recorded) || isLedBy(sid, recorded)) found.add(pid);
  }
  found.delete(process.pid);
  return [...found].map(identifyProcess).filter((identity) => identity !== undefined);
}

const isLedBy = (leader: number, recorded: readonly ProcessIdentity[]) =>
  recorded.some((identity) => identity.pid === leader && isAlive(identity));

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

function marked(root: string, pids: readonly number[]): number[] {
  const folder = markFolder(root);
  return [
    ...findMarked(`MEATYMUSIC_STACK=${stackMark(root).MEATYMUSIC_STACK}`, pids),
    ...findHolders((file) => path.dirname(file) === folder, pids),
  ];
}

import {
  identifyProcess,
  isAlive,
  type ProcessIdentity,
  signalProcess,
} from '../../base/process-identity.ts';
import { findHolders, findMarked, listProcesses, type ProcessRow } from '../process-list.ts';

/**
 * The processes that a service consists of: its first one, all of its process group and session, their descendants, and
 * those that left both and still have the mark of this run in their environment, or a file that they inherited. A PID counts only together with its
 * start time, so that no later process of another program is taken for one of them.
 */
export class ProcessTree {
  readonly #leader: ProcessIdentity;
  /** `NAME=value` in the environment of every process of this run. */
  readonly #mark: string;
  /** File that every process of the service has inherited. */
  readonly #markFile: string;
  readonly #known = new Map<number, ProcessIdentity>();

  constructor(leader: ProcessIdentity, mark: string, markFile: string) {
    this.#leader = leader;
    this.#mark = mark;
    this.#markFile = markFile;
    this.#known.set(leader.pid, leader);
  }

  /** Yields the PIDs of the processes that were found before and are alive, then of all. */
  *search(): Generator<number[]> {
    yield this.#knownAlive().map(({ pid }) => pid);
    yield this.members().map(({ pid }) => pid);
  }

  #knownAlive(): ProcessIdentity[] {
    return [...this.#known.values()].filter(isAlive);
  }

  /** Returns the processes that are alive. `thorough` also reads the environment of all other processes. */
  members({
    thorough = false,
    rows = listProcesses(),
  }: {
    thorough?: boolean;
    rows?: readonly ProcessRow[];
  } = {}): ProcessIdentity[] {
    const found = new Set(this.#knownAlive().map(({ pid }) => pid));
    const { pid: leader } = this.#leader;
    // The number of a group and session is free for others once all of it has ended.
    if (found.has(leader)) {
      for (const { pid, pgid, sid } of rows) if (pgid === leader || sid === leader) found.add(pid);
    }
    if (thorough) {
      // Threads of the kernel have no process group.
      const others = rows
        .filter(({ pid, pgid }) => pgid !== 0 && !found.has(pid) && pid !== process.pid)
        .map(({ pid }) => pid);
      const holders = findHolders((file) => file === this.#markFile, others);
      for (const pid of [...findMarked(this.#mark, others), ...holders]) found.add(pid);
    }
    addDescendants(found, rows);
    this.#known.clear();
    for (const pid of found) {
      const identity = identifyProcess(pid);
      if (identity) this.#known.set(pid, identity);
    }
    return [...this.#known.values()];
  }

  /** Returns what its processes do: their number, their processor time, and whether one of them is busy, or none is left. */
  activity(): { isBusy: boolean; fingerprint: string } {
    const rows = listProcesses();
    const pids = new Set(this.members({ rows }).map(({ pid }) => pid));
    const own = rows.filter(({ pid }) => pids.has(pid));
    const ticks = own.reduce((sum, { cpuTicks }) => sum + cpuTicks, 0);
    return {
      isBusy: own.length === 0 || own.some((row) => row.isBusy),
      fingerprint: `${own.length} ${ticks}`,
    };
  }

  /** Sends signals to all of it, in their order: each first to the whole group at once, then to those outside. */
  signal(...signals: NodeJS.Signals[]): void {
    const rows = listProcesses();
    const members = this.members({ thorough: true, rows });
    const { pid: leader } = this.#leader;
    const isGroupOurs = isAlive(this.#leader);
    const groups = new Map(rows.map(({ pid, pgid }) => [pid, pgid]));
    const outside = members.filter(({ pid }) => !isGroupOurs || groups.get(pid) !== leader);
    for (const signal of signals) {
      if (isGroupOurs) signalGroup(leader, signal);
      for (const identity of outside) signalProcess(identity, signal);
    }
  }
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // It ended in between.
  }
}

function addDescendants(found: Set<number>, rows: readonly ProcessRow[]): void {
  const children = new Map<number, number[]>();
  for (const { pid, ppid } of rows) children.set(ppid, [...(children.get(ppid) ?? []), pid]);
  // A set is iterated with the entries that are added meanwhile.
  for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child);
}

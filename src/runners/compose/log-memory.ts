import type { LogLine } from '../../logs/access.ts';
import type { FoundStack } from './session.ts';

export interface TimedLine extends LogLine {
  /** As the engine stamps it: RFC 3339 with nanoseconds, which sorts as text. */
  time: string;
}

/**
 * What was read of the logs already. Checks look for their lines again and again, many at the same time, and each look at
 * an engine's log is a process: those who ask at the same moment share one, and only what is new is read.
 */
export interface LogMemory {
  stack(find: () => Promise<FoundStack | undefined>): Promise<FoundStack | undefined>;
  /** `read` gets the moment from which lines may be new. */
  lines(
    containerId: string,
    sinceMs: number | undefined,
    read: (fromMs: number | undefined) => Promise<TimedLine[]>,
  ): Promise<TimedLine[]>;
  /** Returns the same list each time, grown at its end; `undefined` for a log that is too long to be kept. */
  growing(
    containerId: string,
    read: (fromMs: number | undefined) => Promise<TimedLine[]>,
  ): Promise<readonly TimedLine[] | undefined>;
}

/** What was read this long ago is still what is there. */
const freshMs = 250;
const stackFreshMs = 1_000;
/** Lines of the two streams do not come in the order of their time stamps: so far back, some may be missing. */
const overlapMs = 1_000;
/** What is kept of one container's log; a longer one is read anew each time. */
const maxCharacters = 32 * 1024 * 1024;

interface Known {
  lines: TimedLine[];
  characters: number;
  /** Time and text of the lines within the overlap. */
  recent: Set<string>;
  latestMs: number | undefined;
}

export function createLogMemory(): LogMemory {
  const known = new Map<string, Known>();
  const tooLong = new Set<string>();
  const shared = createShared();

  async function refresh(containerId: string, read: (fromMs: number | undefined) => Promise<TimedLine[]>) {
    const before = known.get(containerId);
    const fromMs = before?.latestMs === undefined ? undefined : before.latestMs - overlapMs;
    const found = await read(fromMs);
    const all: Known = before ?? { lines: [], characters: 0, recent: new Set(), latestMs: undefined };
    for (const line of found) {
      const key = `${line.time} ${line.text}`;
      if (all.recent.has(key)) continue;
      all.lines.push(line);
      all.characters += line.text.length;
      all.recent.add(key);
      const timeMs = Date.parse(line.time);
      if (!Number.isNaN(timeMs)) all.latestMs = Math.max(all.latestMs ?? 0, timeMs);
    }
    const oldest = new Date((all.latestMs ?? 0) - 2 * overlapMs).toISOString();
    for (const key of all.recent) if (key < oldest) all.recent.delete(key);
    if (all.characters > maxCharacters) {
      tooLong.add(containerId);
      known.delete(containerId);
    } else known.set(containerId, all);
    return all.lines;
  }

  const refreshed = (containerId: string, read: (fromMs: number | undefined) => Promise<TimedLine[]>) =>
    shared(containerId, freshMs, () => refresh(containerId, read));

  return {
    stack: (find) => shared('stack', stackFreshMs, find),
    async lines(containerId, sinceMs, read) {
      if (tooLong.has(containerId)) return read(sinceMs);
      const lines = await refreshed(containerId, read);
      return sinceMs === undefined ? [...lines] : lines.filter(({ time }) => Date.parse(time) >= sinceMs);
    },
    async growing(containerId, read) {
      const lines = tooLong.has(containerId) ? undefined : await refreshed(containerId, read);
      return tooLong.has(containerId) ? undefined : lines;
    },
  };
}

/** One answer for all who ask while it is made, and for `freshMs` after. A failure is not shared. */
function createShared() {
  const answers = new Map<string, { answer: Promise<unknown>; atMs: number }>();
  return <T>(key: string, freshMs: number, make: () => Promise<T>): Promise<T> => {
    const found = answers.get(key);
    if (found && performance.now() - found.atMs < freshMs) return found.answer as Promise<T>;
    const entry = { answer: make(), atMs: Number.POSITIVE_INFINITY };
    answers.set(key, entry);
    entry.answer.then(
      () => {
        entry.atMs = performance.now();
      },
      () => answers.delete(key),
    );
    return entry.answer;
  };
}

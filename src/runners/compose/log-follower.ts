import type { LogFollower } from '../../logs/access.ts';
import type { TimedLine } from './log-memory.ts';

/** The logs of the containers of one service, as they grow. */
export interface GrowingLogs {
  /** IDs of the containers that there are now. */
  containers(signal?: AbortSignal): Promise<readonly string[]>;
  /** The lines of one of them: the same list each time, grown at its end; `undefined` where it is too long to be kept. */
  lines(containerId: string, signal?: AbortSignal): Promise<readonly TimedLine[] | undefined>;
}

const linesOfChunk = 1000;

/** Follows lines by their position. All of them are read again once a container is gone, and its log with it. */
export function followContainers({ containers, lines }: GrowingLogs): LogFollower {
  const positions = new Map<string, number>();
  let readBytes = 0;
  return {
    async *next(signal, atMostBytes = Number.POSITIVE_INFINITY) {
      const ids = await containers(signal);
      if ([...positions.keys()].some((known) => !ids.includes(known))) {
        positions.clear();
        readBytes = 0;
        yield 'restarted';
      }
      const fresh: TimedLine[] = [];
      for (const id of ids) {
        const all = await lines(id, signal);
        if (!all) return yield 'unfollowable';
        fresh.push(...all.slice(positions.get(id) ?? 0));
        positions.set(id, all.length);
      }
      for (const bytes of chunksOf(byTime(fresh))) {
        readBytes += bytes.length;
        if (readBytes > atMostBytes) return yield 'unfollowable';
        yield bytes;
      }
      return undefined;
    },
  };
}

/** The lines as they would be in a file, many at once. */
export function* chunksOf(lines: readonly TimedLine[]): Iterable<Uint8Array> {
  for (let from = 0; from < lines.length; from += linesOfChunk) {
    const part = lines.slice(from, from + linesOfChunk);
    yield Buffer.from(part.map(({ text }) => `${text}\n`).join(''));
  }
}

/** Sorted by time; lines of the same moment keep their order. */
export function byTime(lines: readonly TimedLine[]): TimedLine[] {
  return lines.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

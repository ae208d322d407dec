import { caughtUp, type LogAccess, type LogLine, type LogOptions } from './access.ts';
import { lineTimeMs } from './line-time.ts';

/** A log whose lines can be followed. */
export interface LineSource {
  service: string;
  access: Required<Pick<LogAccess, 'lines'>>;
}

type Lines = AsyncIterator<string | typeof caughtUp>;
interface TimedLine extends LogLine {
  timeMs: number;
}

/** Lines of several logs: those that are there, by time, and then (`follow`) the further ones in the order of arrival. */
export async function* mergedLines(
  sources: readonly LineSource[],
  options: Omit<LogOptions, 'services'>,
): AsyncGenerator<LogLine> {
  const { follow, signal } = options;
  const open = sources.map(({ service, access }) => ({
    service,
    lines: access.lines({ follow, signal })[Symbol.asyncIterator](),
  }));
  try {
    const read = await Promise.all(open.map((source) => readPast(source, options)));
    const past = read.flatMap(({ lines }) => lines).sort((a, b) => a.timeMs - b.timeMs);
    for (const { service, text } of past) yield { service, text };
    yield* merge(open.filter((_, index) => !read[index]?.ended));
  } finally {
    await Promise.all(open.map(({ lines }) => lines.return?.()));
  }
}

async function readPast(
  { service, lines }: { service: string; lines: Lines },
  { sinceMs, tail }: Pick<LogOptions, 'sinceMs' | 'tail'>,
): Promise<{ ended: boolean; lines: TimedLine[] }> {
  const read: TimedLine[] = [];
  // A line without a time has that of the line before it.
  let timeMs = 0;
  for (;;) {
    const { done, value: text } = await lines.next();
    if (done || text === caughtUp) {
      return { ended: done === true, lines: tail === undefined ? read : tail === 0 ? [] : read.slice(-tail) };
    }
    timeMs = lineTimeMs(text) ?? timeMs;
    if (sinceMs === undefined || timeMs >= sinceMs) read.push({ service, text, timeMs });
    if (tail !== undefined && read.length > tail * 2 + 1000) read.splice(0, read.length - tail);
  }
}

async function* merge(sources: readonly { service: string; lines: Lines }[]): AsyncGenerator<LogLine> {
  const next = async (source: (typeof sources)[number]) => ({ source, result: await source.lines.next() });
  const waiting = new Map(sources.map((source) => [source, next(source)]));
  while (waiting.size > 0) {
    const { source, result } = await Promise.race(waiting.values());
    if (result.done) {
      waiting.delete(source);
      continue;
    }
    waiting.set(source, next(source));
    if (result.value !== caughtUp) yield { service: source.service, text: result.value };
  }
}

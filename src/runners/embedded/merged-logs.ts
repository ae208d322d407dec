import type { LogLine, LogOptions } from '../runtime.ts';
import { logFile } from '../state.ts';
import { followLines } from './log-files.ts';
import { lineTimeMs } from './log-time.ts';

/** Lines of one service's log, or of all: what is there, by time, and then what comes as it comes. */
export async function* mergedLogs(
  root: string,
  services: readonly string[],
  { service, follow, sinceMs, tail, signal }: LogOptions,
): AsyncIterable<LogLine> {
  const chosen = service === undefined ? services : [service];
  const read = chosen.map(async (name) => {
    const file = logFile(root, name);
    const lines: { service: string; text: string; timeMs: number }[] = [];
    // A line without a time was written when the one before it was.
    let timeMs = 0;
    let bytes = 0;
    for await (const text of followLines(file, { follow: false, signal })) {
      bytes += Buffer.byteLength(text) + 1;
      timeMs = lineTimeMs(text) ?? timeMs;
      if (sinceMs === undefined || timeMs >= sinceMs) lines.push({ service: name, text, timeMs });
      if (tail !== undefined && lines.length > tail * 2 + 1000) lines.splice(0, lines.length - tail);
    }
    return { name, file, bytes, lines: tail === undefined ? lines : lines.slice(-tail) };
  });
  const sources = await Promise.all(read);
  const past = sources.flatMap(({ lines }) => lines).sort((a, b) => a.timeMs - b.timeMs);
  for (const { service: name, text } of past) yield { service: name, text };
  if (follow) yield* fresh(sources, signal);
}

async function* fresh(
  sources: readonly { name: string; file: string; bytes: number }[],
  signal: AbortSignal,
): AsyncIterable<LogLine> {
  const open = new Map<string, { lines: AsyncGenerator<string>; next: Promise<Next> }>();
  const read = async (name: string, lines: AsyncGenerator<string>): Promise<Next> => {
    return { name, result: await lines.next() };
  };
  for (const { name, file, bytes } of sources) {
    const lines = followLines(file, { follow: true, from: bytes, signal });
    open.set(name, { lines, next: read(name, lines) });
  }
  while (open.size > 0) {
    const { name, result } = await Promise.race([...open.values()].map(({ next }) => next));
    const stream = open.get(name);
    if (result.done || !stream) {
      open.delete(name);
      continue;
    }
    stream.next = read(name, stream.lines);
    yield { service: name, text: result.value };
  }
}

interface Next {
  name: string;
  result: IteratorResult<string>;
}

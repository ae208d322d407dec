import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { appendFile, rename, stat } from 'node:fs/promises';
import type { SpanData } from '../../check/probes.ts';
import type { SpanAccess } from '../context.ts';

const maxFileBytes = 32 * 1024 * 1024;
const maxKeptSpans = 20_000;
const chunkBytes = 1024 * 1024;

/** Appends spans to a file, a JSON object a line, one write after another; a full file is set aside as `<file>.1`. */
export function createSpanFileWriter(path: string): {
  write(spans: readonly SpanData[]): void;
  flush(): Promise<void>;
} {
  let tail: Promise<void> = Promise.resolve();
  const append = async (text: string) => {
    const { size } = await stat(path).catch(() => ({ size: 0 }));
    if (size > maxFileBytes) await rename(path, `${path}.1`);
    // The folder is closed to others. The file is not, because the receiver in a container is another user.
    await appendFile(path, text, { mode: 0o644 });
  };
  return {
    write(spans) {
      const text = spans.map((span) => `${JSON.stringify(span)}\n`).join('');
      // A full disk must not end the receiver: what is lost is seen as spans that did not arrive.
      tail = tail.then(() => append(text)).catch(() => {});
    },
    flush: () => tail,
  };
}

/**
 * Spans that the receiver of a running stack wrote; each call reads on from where the last one ended, in the file that
 * was set aside meanwhile as well. A line that is no span is passed over: a receiver that is killed leaves half of one.
 */
export function spanFileAccess(path: string, shownPath = path): SpanAccess {
  const kept: SpanData[] = [];
  let offset = 0;
  let inode = 0;
  let rest = Buffer.alloc(0);

  const readOn = () => {
    withFile(path, (file) => {
      const { size, ino } = fstatSync(file);
      if (ino !== inode) {
        if (inode !== 0) readSetAside();
        restart();
        inode = ino;
      } else if (size < offset) restart();
      readToEnd(file);
    });
  };
  const readSetAside = () => {
    withFile(`${path}.1`, (file) => {
      if (fstatSync(file).ino === inode) readToEnd(file);
    });
  };
  const restart = () => {
    offset = 0;
    rest = Buffer.alloc(0);
  };
  const readToEnd = (file: number) => {
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const bytes = readSync(file, chunk, 0, chunk.length, offset);
      if (bytes === 0) return;
      offset += bytes;
      const text = Buffer.concat([rest, chunk.subarray(0, bytes)]);
      const end = text.lastIndexOf(10) + 1;
      rest = text.subarray(end);
      for (const line of text.subarray(0, end).toString('utf8').split('\n')) keep(line);
    }
  };
  const keep = (line: string) => {
    const span = spanOf(line);
    if (!span) return;
    kept.push(span);
    if (kept.length > maxKeptSpans * 1.5) kept.splice(0, kept.length - maxKeptSpans);
  };
  return {
    source: `OTLP receiver of the stack (${shownPath})`,
    collected() {
      readOn();
      return kept;
    },
  };
}

/** Not through a link: a receiver in a container may have put one there, and what it leads to is not its business. */
function withFile(path: string, read: (file: number) => void): void {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch {
    return; // Nothing has been exported yet.
  }
  try {
    read(file);
  } finally {
    closeSync(file);
  }
}

function spanOf(line: string): SpanData | undefined {
  try {
    const span = JSON.parse(line) as Partial<SpanData> | null;
    return typeof span?.traceId === 'string' && typeof span.startMs === 'number'
      ? (span as SpanData)
      : undefined;
  } catch {
    return undefined;
  }
}

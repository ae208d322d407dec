import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
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
    // The folder is closed to others. The file is not, for whoever runs a receiver in a container is another user there.
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

/** Spans that the receiver of a running stack wrote; each call reads on from where the last one ended. */
export function spanFileAccess(path: string, shownPath = path): SpanAccess {
  const kept: SpanData[] = [];
  let offset = 0;
  let inode = 0;
  let rest = Buffer.alloc(0);
  const readOn = () => {
    let file: number;
    try {
      file = openSync(path, 'r');
    } catch {
      return; // Nothing has been exported yet.
    }
    try {
      const { size, ino } = fstatSync(file);
      if (size < offset || ino !== inode) {
        offset = 0;
        rest = Buffer.alloc(0);
      }
      inode = ino;
      while (offset < size) {
        const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, size - offset));
        const bytes = readSync(file, chunk, 0, chunk.length, offset);
        if (bytes === 0) break;
        offset += bytes;
        const text = Buffer.concat([rest, chunk.subarray(0, bytes)]);
        const end = text.lastIndexOf(10);
        rest = text.subarray(end + 1);
        for (const line of text
          .subarray(0, end + 1)
          .toString('utf8')
          .split('\n'))
          keep(line);
      }
    } finally {
      closeSync(file);
    }
  };
  const keep = (line: string) => {
    if (line === '') return;
    kept.push(JSON.parse(line) as SpanData);
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

import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { createSharedResources, type LogFollower, type ProbeContext } from '../context.ts';
import { createLogsProbe } from '../logs.ts';
import { fileLogAccess } from './file-access.ts';
import { followByReading } from './follow-by-reading.ts';
import { followFile } from './follow-file.ts';
import { LogTail } from './tail.ts';

const { signal } = new AbortController();
const printedSpan = (id: string) => `{
  traceId: '${id.repeat(32)}',
  name: 'GET /',
  id: '00f067aa0ba902b7',
  timestamp: 1770000000000000,
  duration: 1
}
`;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-tail-'));
  file = join(folder, 'a.log');
  writeFileSync(file, '');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Counts what the tail is handed. */
function counted(follower: LogFollower) {
  const seen = { bytes: 0, looks: 0 };
  return {
    seen,
    follower: {
      ...follower,
      async *next(stop?: AbortSignal) {
        seen.looks += 1;
        for await (const part of follower.next(stop)) {
          if (typeof part !== 'string') seen.bytes += part.length;
          yield part;
        }
      },
    } satisfies LogFollower,
  };
}

async function textsOf(tail: LogTail, sinceMs?: number) {
  const content = await tail.look(signal, sinceMs);
  return (
    content && [...content.lines.map(({ text }) => text), ...content.spans.map((span) => span.traceId[0])]
  );
}

/** Both ways to follow a log: by its position, and by reading it again. */
const ways: [string, () => LogFollower][] = [
  ['a file', () => followFile(file)],
  ['a source read from its start', () => followByReading(() => fileLogAccess(file).open())],
];

describe.each(ways)('the tail of %s', (_way, follow) => {
  it('is handed every byte once, and has what came since', async () => {
    const { seen, follower } = counted(follow());
    const tail = new LogTail(follower);
    expect(await textsOf(tail)).toEqual([]);
    appendFileSync(file, `one\n${printedSpan('a')}`);
    expect(await textsOf(tail)).toEqual(['one', 'a']);
    appendFileSync(file, 'two\n');
    expect(await textsOf(tail)).toEqual(['one', 'two', 'a']);
    expect(seen.bytes).toBe(`one\n${printedSpan('a')}two\n`.length);
  });

  it('shows a line and a span that are not finished as they are, and once', async () => {
    const tail = new LogTail(follow());
    appendFileSync(file, 'one\r\ntw');
    expect(await textsOf(tail)).toEqual(['one', 'tw']);
    const span = printedSpan('b');
    appendFileSync(file, `o\n${span.slice(0, -2)}`);
    expect((await textsOf(tail))?.slice(0, 4)).toEqual([
      'one',
      'two',
      '{',
      `  traceId: '${'b'.repeat(32)}',`,
    ]);
    appendFileSync(file, '}');
    expect(await textsOf(tail)).toEqual(['one', 'two', 'b']);
    appendFileSync(file, '\n');
    expect(await textsOf(tail)).toEqual(['one', 'two', 'b']);
  });

  it('begins anew where the log was written anew, shorter or longer', async () => {
    const tail = new LogTail(follow());
    writeFileSync(file, 'one\ntwo\n');
    await textsOf(tail);
    writeFileSync(file, 'new\n');
    expect(await textsOf(tail)).toEqual(['new']);
    writeFileSync(file, 'other\nand longer\n');
    expect(await textsOf(tail)).toEqual(['other', 'and longer']);
  });

  it('shares a read between those who wait for it', async () => {
    const { seen, follower } = counted(follow());
    const tail = new LogTail(follower);
    await Promise.all(Array.from({ length: 10 }, () => textsOf(tail)));
    expect(seen.looks).toBe(2);
  });

  it('keeps nothing of a log that is too long', async () => {
    const tail = new LogTail(follow(), 100);
    appendFileSync(file, 'one\n');
    expect(await textsOf(tail)).toEqual(['one']);
    appendFileSync(file, 'x'.repeat(100));
    expect(await textsOf(tail)).toBeUndefined();
    expect(await textsOf(tail)).toBeUndefined();
  });
});

describe('the tail of a file', () => {
  it('begins anew after a rotation, and leaves to others what needs the part moved away', async () => {
    const tail = new LogTail(followFile(file));
    const sinceMs = Date.now();
    appendFileSync(file, 'one\n');
    expect(await textsOf(tail, sinceMs)).toEqual(['one']);
    renameSync(file, `${file}.1`);
    expect(await textsOf(tail)).toEqual([]);
    writeFileSync(file, 'two\n');
    expect(await textsOf(tail)).toEqual(['two']);
    expect(await textsOf(tail, sinceMs)).toBeUndefined();
    expect(await textsOf(tail, sinceMs + 60_000)).toEqual(['two']);
  });

  it('is none for a FIFO: what is read of it is gone', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    expect(await textsOf(new LogTail(followFile(fifo)))).toBeUndefined();
  });
});

describe.each(['open', 'follow'] as const)('a log whose source does not answer (%s)', (by) => {
  const silent: () => AsyncIterable<never> = () => ({
    [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
  });
  const access =
    by === 'open'
      ? { source: 'silent', open: silent }
      : { source: 'silent', open: silent, follow: () => ({ next: silent }) };

  it.each(['find', 'summarize'] as const)('%s rejects at the abort', async (method) => {
    const attempt = new AbortController();
    const probe = createLogsProbe({
      signal: attempt.signal,
      remainingMs: () => 60_000,
      clock: systemClock,
      logs: { api: access },
      shared: createSharedResources(),
    } as unknown as ProbeContext);
    const asked = probe[method]({ service: 'api' });
    attempt.abort(new Error('the time is over'));
    await expect(asked).rejects.toThrow('the time is over');
  });
});

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { createSharedResources } from '../base/shared-resources.ts';
import type { ProbeContext } from '../probes/context.ts';
import { createLogsProbe } from '../probes/logs.ts';
import type { LogFollower } from './access.ts';
import { followFile } from './follow-file.ts';
import { type LogPart, LogTail } from './tail.ts';

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

/** Counts the bytes that the tail receives. */
function counted(follower: LogFollower) {
  const seen = { bytes: 0, looks: 0 };
  return {
    seen,
    follower: {
      ...follower,
      async *next(stop?: AbortSignal, atMostBytes?: number) {
        seen.looks += 1;
        for await (const part of follower.next(stop, atMostBytes)) {
          if (part instanceof Uint8Array) seen.bytes += part.length;
          yield part;
        }
      },
    } satisfies LogFollower,
  };
}

async function textsOf(tail: LogTail, part?: LogPart) {
  const content = await tail.look(signal, part);
  return (
    content && [...content.lines.map(({ text }) => text), ...content.spans.map((span) => span.traceId[0])]
  );
}

describe('the tail of a file', () => {
  const follow = () => followFile(file);

  it('receives every byte once, and has what came since', async () => {
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
});

describe('the tail of a file', () => {
  it('continues through a rotation, and includes later writes to the moved file', async () => {
    const tail = new LogTail(followFile(file));
    const sinceMs = Date.now();
    appendFileSync(file, 'one\n');
    expect(await textsOf(tail)).toEqual(['one']);
    appendFileSync(file, 'two\n');
    renameSync(file, `${file}.1`);
    expect(await textsOf(tail, { sinceMs })).toEqual(['one', 'two']);
    writeFileSync(file, 'four\n');
    appendFileSync(`${file}.1`, 'three\n');
    expect(await textsOf(tail, { sinceMs })).toEqual(['one', 'two', 'three', 'four']);
    appendFileSync(file, 'five\n');
    expect(await textsOf(tail, { fresh: true })).toEqual(['one', 'two', 'three', 'four', 'five']);
  });

  it('is the file as it is now for those who name no time: a service that starts anew gets a new one', async () => {
    const tail = new LogTail(followFile(file));
    appendFileSync(file, 'telemetry is on\nand a line without an e');
    expect(await textsOf(tail)).toEqual(['telemetry is on', 'and a line without an e']);
    renameSync(file, `${file}.1`);
    writeFileSync(file, 'telemetry is off\n');
    appendFileSync(`${file}.1`, 'nd\n');
    const now = await tail.look(signal);
    expect(now?.lines.map(({ text, number }) => [text, number])).toEqual([['telemetry is off', 1]]);
    expect(await textsOf(tail, { fresh: true })).toEqual([
      'telemetry is on',
      'and a line without an end',
      'telemetry is off',
    ]);
  });

  it.each([
    ['moved away before the first look', () => renameSync(file, `${file}.1`)],
    [
      'copied and emptied',
      () => {
        copyFileSync(file, `${file}.1`);
        truncateSync(file);
      },
    ],
  ])('leaves to others what needs a part that was %s', async (how, rotate) => {
    const tail = new LogTail(followFile(file));
    const sinceMs = Date.now();
    appendFileSync(file, 'one\n');
    if (how.startsWith('copied')) expect(await textsOf(tail)).toEqual(['one']);
    rotate();
    appendFileSync(file, 'two\n');
    expect(await textsOf(tail)).toEqual(['two']);
    expect(await textsOf(tail, { sinceMs })).toBeUndefined();
    expect(await textsOf(tail, { fresh: true })).toBeUndefined();
    expect(await textsOf(tail, { sinceMs: sinceMs + 60_000 })).toEqual(['two']);
  });

  it('is the end of a long one, from a line on, for those who ask for nothing older', async () => {
    const { seen, follower } = counted(followFile(file));
    const tail = new LogTail(follower, { maxBytes: 100 });
    const line = (second: number) => `{"time":${Date.UTC(2026, 0, 1) + second * 1000}}`;
    const lines = Array.from({ length: 1000 }, (_, second) => line(second));
    appendFileSync(file, `${lines.join('\n')}\n`);
    expect(await textsOf(tail)).toBeUndefined();
    expect(seen.bytes).toBeLessThan(100);
    expect(await tail.look(signal, { fresh: true })).toMatchObject({ lastBytes: seen.bytes });
    expect(await textsOf(tail, { fresh: true })).toEqual(lines.slice(-4));
    expect(await textsOf(tail, { sinceMs: Date.UTC(2026, 0, 1) + 999_000 })).toEqual(lines.slice(-4));
    expect(await textsOf(tail, { sinceMs: Date.UTC(2026, 0, 1) + 996_000 })).toBeUndefined();
  });

  it('drops the oldest lines when the log grows', async () => {
    const tail = new LogTail(followFile(file), { maxBytes: 100 });
    expect(await textsOf(tail)).toEqual([]);
    for (let round = 0; round < 50; round++) {
      appendFileSync(file, `${String(round).padStart(29, 'x')}\n`);
      const texts = await textsOf(tail, { fresh: true });
      expect(texts?.at(-1)).toMatch(new RegExp(`x${round}$`));
      expect(texts?.length).toBe(Math.min(round + 1, texts?.length ?? 0));
      expect(texts!.length * 30).toBeLessThanOrEqual(230);
    }
    expect(await textsOf(tail)).toBeUndefined();
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

import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { caughtUp } from './access.ts';
import { followLines } from './follow-lines.ts';
import { lineTimeMs } from './line-time.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-log-'));
  file = path.join(folder, 'a.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Reads on until so many lines came, then ends. */
async function collect(count: number, write: () => void): Promise<string[]> {
  const controller = new AbortController();
  const lines: string[] = [];
  for await (const line of followLines(file, { follow: true, signal: controller.signal })) {
    if (line === caughtUp) continue;
    lines.push(line);
    if (lines.length === 1) write();
    if (lines.length === count) controller.abort();
  }
  return lines;
}

describe('followLines', () => {
  it('yields the lines that are there, then those that come', async () => {
    writeFileSync(file, 'one\n');
    expect(await collect(3, () => appendFileSync(file, 'two\nthree\n'))).toEqual(['one', 'two', 'three']);
  });

  it('continues after the file was replaced', async () => {
    writeFileSync(file, 'one\n');
    const lines = await collect(3, () => {
      appendFileSync(file, 'two\n');
      renameSync(file, `${file}.1`);
      writeFileSync(file, 'three\n');
    });
    expect(lines).toEqual(['one', 'two', 'three']);
  });

  it('continues after the file was truncated', async () => {
    writeFileSync(file, 'a long first line\n');
    const lines = await collect(2, () => {
      truncateSync(file);
      appendFileSync(file, 'two\n');
    });
    expect(lines).toEqual(['a long first line', 'two']);
  });

  it('waits for a file that is not there yet', async () => {
    const controller = new AbortController();
    const lines = followLines(file, { follow: true, signal: controller.signal });
    expect((await lines.next()).value).toBe(caughtUp);
    const first = lines.next();
    writeFileSync(file, 'late\n');
    expect((await first).value).toBe('late');
    controller.abort();
    await lines.return(undefined);
  });

  it('keeps the beginning of a line without end, and memory bounded', async () => {
    writeFileSync(file, `${'x'.repeat(5_000_000)}\nnext\n`);
    const { signal } = new AbortController();
    const lengths: number[] = [];
    for await (const line of followLines(file, { follow: false, signal })) lengths.push(String(line).length);
    expect(lengths).toEqual([1024 * 1024, 4]);
  });

  it('yields a last line without newline when it does not follow', async () => {
    writeFileSync(file, 'one\ntwo');
    const { signal } = new AbortController();
    const lines: string[] = [];
    for await (const line of followLines(file, { follow: false, signal })) lines.push(String(line));
    expect(lines).toEqual(['one', 'two']);
  });
});

describe('lineTimeMs', () => {
  const moment = Date.parse('2026-11-22T10:20:30.250Z');
  it.each([
    ['{"time":"2026-11-22T10:20:30.250Z","msg":"x"}', moment],
    [`{"level":30,"time":${moment},"msg":"x"}`, moment],
    [`{"ts":${moment / 1000}}`, moment],
    ['2026-11-22T10:20:30.250Z INFO started', moment],
    ['[2026-11-22T10:20:30,250Z] INFO started', moment],
    ['22093:M 22 Nov 2026 10:20:30.250 * Ready', new Date(2026, 10, 22, 10, 20, 30, 250).getTime()],
    ['    at Object.<anonymous> (file.js:1:1)', undefined],
    ['{"time":"soon"}', undefined],
  ])('reads %s', (line, expected) => {
    expect(lineTimeMs(line)).toBe(expected);
  });
});

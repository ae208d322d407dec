import { describe, expect, it } from 'vitest';
import { LineSplitter } from './lines.ts';

interface Seen {
  text: string;
  number: number;
  offset: number;
  tooLong: boolean;
  unterminated: boolean;
}

function split(chunks: (string | Uint8Array)[], maxLineBytes?: number): Seen[] {
  const seen: Seen[] = [];
  const splitter = new LineSplitter(
    ({ bytes, ...rest }) => seen.push({ text: bytes.toString(), ...rest }),
    maxLineBytes,
  );
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  splitter.end();
  return seen;
}

const texts = (seen: Seen[]) => seen.map(({ text }) => text);

describe('LineSplitter', () => {
  it('numbers lines and knows where each begins', () => {
    expect(split(['one\ntwo\n'])).toEqual([
      { text: 'one', number: 1, offset: 0, tooLong: false, unterminated: false },
      { text: 'two', number: 2, offset: 4, tooLong: false, unterminated: false },
    ]);
  });

  it('gives the same lines however the bytes are cut', () => {
    const text = 'a\r\n\n{"é":"ü"}\nlast without newline';
    const bytes = Buffer.from(text);
    const whole = split([bytes]);
    for (let size = 1; size <= bytes.length; size++) {
      const chunks = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      expect(split(chunks)).toEqual(whole);
    }
    expect(texts(whole)).toEqual(['a', '', '{"é":"ü"}', 'last without newline']);
  });

  it('keeps a bare carriage return inside its line and drops the one before a newline', () => {
    expect(texts(split(['c\rd\r\ne\n']))).toEqual(['c\rd', 'e']);
  });

  it('says that the last line has no newline', () => {
    expect(split(['{"a":1}\n{"b"']).at(-1)).toMatchObject({ text: '{"b"', offset: 8, unterminated: true });
  });

  it('keeps the start of a line that is too long, and continues after it', () => {
    const seen = split(['ok\n', 'x'.repeat(50), 'x'.repeat(5000), 'x\nnext\n'], 100);
    expect(seen.map(({ text, ...rest }) => ({ ...rest, length: text.length }))).toEqual([
      { length: 2, number: 1, offset: 0, tooLong: false, unterminated: false },
      { length: 4096, number: 2, offset: 3, tooLong: true, unterminated: false },
      { length: 4, number: 3, offset: 5055, tooLong: false, unterminated: false },
    ]);
  });

  it('takes a line of exactly the limit, and calls one byte more too long', () => {
    expect(split(['12345\n'], 5)[0]!.tooLong).toBe(false);
    expect(split(['123456\n'], 5)[0]!.tooLong).toBe(true);
    expect(split(['123', '456\n'], 5)[0]!.tooLong).toBe(true);
  });

  it('stays within bounds on a line of 100 MB', () => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let tooLong = 0;
    const splitter = new LineSplitter((line) => {
      if (line.tooLong) tooLong += 1;
    });
    const before = process.memoryUsage().arrayBuffers;
    for (let sent = 0; sent < 100_000_000; sent += chunk.length) splitter.push(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
    splitter.push(Buffer.from('\n'));
    expect(tooLong).toBe(1);
  });
});

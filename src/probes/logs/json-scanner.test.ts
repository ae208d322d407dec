import { describe, expect, it } from 'vitest';
import { JsonScanner } from './json-scanner.ts';
import { KnownKeys } from './known-keys.ts';

const scanner = new JsonScanner(new KnownKeys(['wanted']));

function scan(line: string | Buffer) {
  const raw = Buffer.from(line);
  const bytes = new Uint8Array(raw.length + 8).fill(10);
  bytes.set(raw);
  const valid = scanner.scan(bytes, new DataView(bytes.buffer), 0);
  if (scanner.next !== bytes.indexOf(10) + 1) throw new Error(`lost the newline of ${line}`);
  return {
    valid,
    bytes,
    text: (start: number, end: number) => Buffer.from(bytes.subarray(start, end)).toString(),
  };
}

/** What the scanner must agree with. */
function isObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** Deterministic numbers, so that a failure can be looked at again. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const strings = [
  '',
  'a',
  'level',
  'trace_id',
  'é',
  '😀',
  'a"b',
  'back\\slash',
  '\u0000',
  '\n',
  '\u2028',
  'x'.repeat(33),
  '@',
  'abc\tdef',
];
const numbers = [0, -0, 1, -1, 1.5, 1e21, 1e-7, 9007199254740991, 30, 1767323045678];

function randomValue(next: (below: number) => number, depth: number): unknown {
  const kind = next(depth > 4 ? 5 : 8);
  if (kind === 0) return null;
  if (kind === 1) return next(2) === 0;
  if (kind === 2) return numbers[next(numbers.length)];
  if (kind <= 4) return strings[next(strings.length)];
  if (kind === 5) return Array.from({ length: next(4) }, () => randomValue(next, depth + 1));
  return randomObject(next, depth + 1);
}

function randomObject(next: (below: number) => number, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Array.from({ length: next(6) }, (_, index) => [
      `${strings[next(strings.length)]}${index}`,
      randomValue(next, depth),
    ]),
  );
}

const pieces = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  ' ',
  '\t',
  '\r',
  '0',
  '1',
  '-',
  '.',
  'e',
  'u',
  't',
  'true',
  'null',
  '\u0001',
  '\\u12',
  '\\x',
  '\ufeff',
  '\u00a0',
  'é',
  '""',
  '{}',
  ',,',
  '01',
  '1.',
  '+1',
  'NaN',
];

function mutate(line: string, next: (below: number) => number): string {
  const at = next(line.length + 1);
  switch (next(5)) {
    case 0:
      return line.slice(0, at) + line.slice(at + 1 + next(3));
    case 1:
      return line.slice(0, at) + pieces[next(pieces.length)] + line.slice(at);
    case 2:
      return line.slice(0, at) + pieces[next(pieces.length)] + line.slice(at + 1);
    case 3:
      return line.slice(0, at);
    default:
      return line.slice(0, at) + line.slice(next(line.length + 1));
  }
}

describe('JsonScanner', () => {
  it('says of 60,000 generated and mutated lines what JSON.parse says', () => {
    const next = generator(20260102);
    let valid = 0;
    let broken = 0;
    for (let round = 0; round < 20_000; round++) {
      const indent = next(10) === 0 ? '  ' : undefined;
      let line = JSON.stringify(randomObject(next, 0), null, indent).replaceAll('\n', ' ');
      for (let step = 0; step < 3; step++) {
        const expected = isObject(line);
        if (expected) valid += 1;
        else broken += 1;
        if (scan(line).valid !== expected)
          expect.fail(`JSON.parse says ${expected} of ${JSON.stringify(line)}`);
        line = mutate(line, next).replaceAll('\n', ' ');
      }
    }
    expect(valid).toBeGreaterThan(15_000);
    expect(broken).toBeGreaterThan(15_000);
  }, 60_000);

  it('says of random bytes what JSON.parse says of their text', () => {
    const next = generator(7);
    for (let round = 0; round < 5000; round++) {
      const line = Buffer.from(`{"a":"${'x'.repeat(next(9))}","b":[1,{"c":null}]}`);
      for (let flips = next(3); flips > 0; flips--) line[next(line.length)] = next(256);
      if (line.includes(10)) continue;
      const expected = isObject(line.toString());
      if (scan(line).valid !== expected)
        expect.fail(`JSON.parse says ${expected} of ${line.toString('latin1')}`);
    }
  });

  it('says where a line breaks', () => {
    expect(scan('{"a":1,}').valid).toBe(false);
    expect(scanner.errorAt).toBe(7);
    scan('{"level":30,"time":176');
    expect(scanner.errorAt).toBe(22);
  });

  it.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":{"b":1,"c":{},"b":2}}', 'b'],
    ['{"ab\\u0063":1,"abc":2}', 'abc'],
    [`{${Array.from({ length: 200 }, (_, index) => `"key${index}":0`).join()},"key150":1}`, 'key150'],
  ])('finds the key that stands twice in %s', (line, key) => {
    const { valid, text } = scan(line);
    expect(valid).toBe(true);
    expect(text(scanner.facts.duplicateStart, scanner.facts.duplicateEnd)).toBe(key);
  });

  it.each([
    '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}',
    '{"A":1,"a":2}',
    `{${Array.from({ length: 300 }, (_, index) => `"key${index}":{"key${index}":0}`).join()}}`,
    `{"a":{${Array.from({ length: 60 }, (_, index) => `"k${index}":0`).join()}},"b":{${Array.from({ length: 60 }, (_, index) => `"k${index}":0`).join()}}}`,
  ])('finds no duplicate in %s', (line) => {
    expect(scan(line).valid).toBe(true);
    expect(scanner.facts.duplicateStart).toBe(-1);
  });

  it('takes an object nested 100,000 deep', () => {
    expect(scan(`{"a":${'[{"b":'.repeat(50_000)}1${'}]'.repeat(50_000)}}`).valid).toBe(true);
    expect(scanner.facts.depth).toBe(100_001);
  });

  it('takes an object of 100,000 keys', () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `"same${index}tail":0`);
    expect(scan(`{${keys.join()}}`).valid).toBe(true);
    expect(scanner.facts.duplicateStart).toBe(-1);
  });
});

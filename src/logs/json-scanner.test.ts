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

/** Reference for the scanner. */
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
  '\ud800',
  'a"b',
  'back\\slash',
  '\u0000',
  '\n',
  '\u2028',
  '\ufeff',
  'x'.repeat(33),
  '@',
  'abc\tdef',
  '__proto__',
];
/** As they are written: most of them no program writes, and all of them some program has written. */
const numbers = [
  ...[
    '0',
    '-0',
    '1',
    '-1',
    '1.5',
    '1e21',
    '1E-7',
    '1e400',
    '-1e-400',
    '9007199254740993',
    '30',
    '1767323045678',
  ],
  ...['0.0', '-0.0e+00', '1e05', '123456789012345678901234567890'],
];
const notNumbers = [
  '01',
  '-',
  '1.',
  '.5',
  '+1',
  '1e',
  '1e+',
  '0x1',
  '-01',
  '00',
  'NaN',
  '1_0',
  '-Infinity',
  '١',
];
const escapes = ['\\n', '\\/', '\\"', '\\\\', '\\u0000', '\\uD83D\\uDE00', '\\udc00', '\\uD800', '\\uFFFF'];
const notEscapes = [
  '\\',
  '\\x41',
  '\\u12',
  '\\u12g4',
  "\\'",
  '\\0',
  '\\U0041',
  '\t',
  '\r',
  '\u0000',
  '\u001f',
];

/** JSON as it may be written: spaces, escapes, numbers and doubled keys that `JSON.stringify` never makes. */
function randomValue(next: (below: number) => number, depth: number): string {
  const kind = next(depth > 4 ? 5 : 8);
  if (kind === 0) return ['null', 'true', 'false'][next(3)]!;
  if (kind === 1) return numbers[next(numbers.length)]!;
  if (kind <= 4) return randomString(next);
  if (kind === 5) return `[${joined(next, () => randomValue(next, depth + 1))}]`;
  if (kind === 6 && next(20) === 0)
    return `${'['.repeat(60)}${'{"a":'.repeat(70)}0${'}'.repeat(70)}${']'.repeat(60)}`;
  return randomObject(next, depth + 1);
}

function randomString(next: (below: number) => number): string {
  const plain = JSON.stringify(strings[next(strings.length)]!);
  return next(3) === 0 ? `"${plain.slice(1, -1)}${escapes[next(escapes.length)]}"` : plain;
}

function randomObject(next: (below: number) => number, depth: number): string {
  const member = () => `${randomString(next)}${gap(next)}:${gap(next)}${randomValue(next, depth)}`;
  return `{${gap(next)}${joined(next, member)}}`;
}

function joined(next: (below: number) => number, one: () => string): string {
  return Array.from({ length: next(6) }, () => one() + gap(next)).join(`,${gap(next)}`);
}

function gap(next: (below: number) => number): string {
  return ['', '', '', '', '', ' ', '\t', '\r', '  '][next(9)]!;
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
  '"a":1,',
  '\ud800',
  '\u0000',
  ...numbers,
  ...notNumbers,
  ...escapes,
  ...notEscapes,
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
  it('agrees with JSON.parse about 60,000 generated and mutated lines', () => {
    const next = generator(20260102);
    let valid = 0;
    let broken = 0;
    for (let round = 0; round < 20_000; round++) {
      let line = gap(next) + randomObject(next, 0) + gap(next);
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

  it.each([
    ['numbers', numbers, (number: string) => `{"a":${number}}`],
    ['what is none', notNumbers, (text: string) => `{"a":${text}}`],
    [
      'numbers at the end of a list',
      [...numbers, ...notNumbers],
      (text: string) => `{"a":[1,${text}],"b":0}`,
    ],
    ['escapes', escapes, (text: string) => `{"a":"${text}"}`],
    ['what is none', notEscapes, (text: string) => `{"a":"${text}"}`],
    ['keys with escapes', [...escapes, ...notEscapes], (text: string) => `{"a${text}b":1}`],
    [
      'what may stand around a line',
      ['\ufeff', '\u00a0', '\v', '\f', '\u2028', ' ', '\t', '\r', '\u0000'],
      (text: string) => `${text}{}`,
    ],
    [
      'what may stand behind a line',
      ['\ufeff', '\u00a0', ',', '{}', ' ', '\t', '\r', '\u0000', '//'],
      (text: string) => `{}${text}`,
    ],
  ])('agrees with JSON.parse about %s', (_what, texts, lineOf) => {
    const verdicts = texts.map((text) => [text, scan(lineOf(text)).valid]);
    expect(verdicts).toEqual(texts.map((text) => [text, isObject(lineOf(text))]));
  });

  it('agrees with JSON.parse about a line cut off at every position', () => {
    const line = '{"level":-30.5e+1,"a\\u00e9\\n":[true,false,null,{"b":{}}],"m":"é\\ud83d\\ude00😀"} ';
    for (let end = 0; end <= line.length; end++) {
      const cut = line.slice(0, end);
      expect([cut, scan(cut).valid]).toEqual([cut, isObject(cut)]);
    }
  });

  it('agrees with JSON.parse about the text of random bytes', () => {
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
  ])('finds the duplicate key in %s', (line, key) => {
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

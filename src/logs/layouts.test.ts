import { describe, expect, it } from 'vitest';
import { roles } from './fields.ts';
import { JsonScanner } from './json-scanner.ts';
import { KnownKeys } from './known-keys.ts';

const known = new KnownKeys(['user']);
const newScanner = () => new JsonScanner(known);

function scan(scanner: JsonScanner, line: string) {
  const raw = Buffer.from(line);
  const bytes = new Uint8Array(raw.length + 8).fill(10);
  bytes.set(raw);
  const valid = scanner.scan(bytes, new DataView(bytes.buffer), 0);
  if (!valid) return { valid, next: scanner.next };
  const { facts, next } = scanner;
  const text = (start: number, end: number) => raw.subarray(start, end).toString();
  const values = roles.map((role, index) =>
    facts.types[index] === 0 ? role : [role, facts.types[index], facts.starts[index], facts.ends[index]],
  );
  const secret =
    facts.secretStart === -1 ? undefined : [facts.secretKey?.name, text(facts.secretStart, facts.secretEnd)];
  const duplicate = facts.duplicateStart === -1 ? undefined : text(facts.duplicateStart, facts.duplicateEnd);
  const { shapeMask, requiredMask, depth } = facts;
  return { valid, next, values, secret, duplicate, shapeMask, requiredMask, depth };
}

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const values = [
  '1',
  '-0.5e3',
  '"x"',
  '""',
  'true',
  'null',
  '"a\\"b"',
  '"\\u00e9"',
  '{}',
  '[]',
  '[1]',
  '["a","b"]',
  '{"id":"4"}',
  '{"id":{"id":1}}',
  '{"name":"n","level":3}',
  '[{"password":"p"}]',
  ' 1 ',
  '"a',
  '01',
  'tru',
  '"\u0001"',
  '{"a":}',
  '',
]; // prettier-ignore
const keys = [
  'level',
  'time',
  'trace',
  'trace_id',
  'service',
  'msg',
  'user',
  'token',
  'log',
  'a',
  'ab\\u0063',
  'msg',
];

/** A line of one of a few layouts, its values anything, a few of them wrong. */
function randomLine(next: (below: number) => number): string {
  const wrong = next(6) === 0 ? values.length : values.length - 6;
  const layout = generator(next(6));
  const parts = Array.from(
    { length: 1 + layout(5) },
    () => `"${keys[layout(keys.length)]}":${layout(4) === 0 ? ' ' : ''}${values[next(wrong)]}`,
  );
  return `{${parts.join(layout(3) === 0 ? ', ' : ',')}}${layout(2) === 0 ? '\r' : ''}`;
}

describe('a scanner that has seen such lines', () => {
  it('finds in 20,000 lines what one finds that has seen none', () => {
    const seasoned = newScanner();
    const next = generator(11);
    let valid = 0;
    for (let round = 0; round < 20_000; round++) {
      const line = randomLine(next);
      const fresh = scan(newScanner(), line);
      if (fresh.valid) valid += 1;
      const found = scan(seasoned, line);
      if (JSON.stringify(found) !== JSON.stringify(fresh))
        expect({ line, ...found }).toEqual({ line, ...fresh });
    }
    expect(valid).toBeGreaterThan(10_000);
    expect(valid).toBeLessThan(19_000);
  });

  it('finds the same where every line has different keys, for any number of lines', () => {
    const seasoned = newScanner();
    for (let round = 0; round < 40_000; round++) {
      const line = `{"level":30,"k${round}":${round % 7 === 0 ? 'x' : 1},"trace_id":"t${round}"}`;
      if (scan(seasoned, line).valid !== (round % 7 !== 0)) expect.fail(line);
    }
    const usual = '{"level":30,"trace_id":"t"}';
    expect(scan(seasoned, usual)).toEqual(scan(newScanner(), usual));
  });

  it('finds the same in lines with more values, longer names and more layouts than it remembers', () => {
    const lines = [
      `{"a":[${Array.from({ length: 200 }, (_, index) => index).join()}],"msg":"m"}`,
      `{"${'k'.repeat(5000)}":1,"msg":"m"}`,
      `${' '.repeat(3)}{"service":{${'"x":{'.repeat(200)}}${'}'.repeat(199)}}}`,
      ...Array.from({ length: 300 }, (_, index) => `{"n${index % 30}":1,"m${index}":{"level":"x"}}`),
    ];
    const seasoned = newScanner();
    for (const line of lines.flatMap((each) => [each, each]))
      expect(scan(seasoned, line)).toEqual(scan(newScanner(), line));
  });
});

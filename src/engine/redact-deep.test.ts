import { expect, test } from 'vitest';
import { redactDeep } from './redact-deep.ts';

const redact = (text: string) => text.replaceAll('key', '***');

test.each<[unknown, unknown]>([
  ['a key', 'a ***'],
  [
    ['x', 'key', 1],
    ['x', '***', 1],
  ],
  [{ a: { b: ['key', 'key'] } }, { a: { b: ['***', '***'] } }],
  [{ 'the key': 1 }, { 'the ***': 1 }],
  [
    { key: 'key', a: null },
    { '***': '***', a: null },
  ],
  [null, null],
  [undefined, undefined],
  [5, 5],
])('%j becomes %j', (value, expected) => {
  expect(redactDeep(value, redact)).toEqual(expected);
});

test('leaves what it was given as it is, and copies only what changes', () => {
  const clean = { a: ['x', { b: 1 }] };
  expect(redactDeep(clean, redact)).toBe(clean);
  const list = ['key', 'x'];
  expect(redactDeep(list, redact)).not.toBe(list);
  expect(list).toEqual(['key', 'x']);
  const half = { clean, dirty: 'key' };
  const redacted = redactDeep(half, redact);
  expect(redacted.clean).toBe(clean);
  expect(half.dirty).toBe('key');
});

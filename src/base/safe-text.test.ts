import { expect, it } from 'vitest';
import { safeLine, safeText } from './safe-text.ts';

it.each([
  ['an OSC 52 clipboard write', '\u001b]52;c;ZXZpbA==\u0007', '\\x1b]52;c;ZXZpbA==\\x07'],
  ['a C1 CSI', '\u009b31mred', '\\x9b31mred'],
  ['a DCS', '\u0090q', '\\x90q'],
  ['a carriage return that overwrites the line', 'FAIL\rPASS', 'FAIL\\x0dPASS'],
  ['a bidi override', 'a\u202eb', 'a\\u202eb'],
  ['a zero-width space', 'a\u200bb', 'a\\u200bb'],
  ['a line separator', 'a\u2028b', 'a\\u2028b'],
  ['a lone surrogate', 'a\ud800b', 'a\\ud800b'],
])('makes %s visible and inert', (_name, hostile, shown) => {
  expect(safeText(hostile)).toBe(shown);
});

it('leaves tabs, newlines, accents and emoji alone', () => {
  const text = 'naïve\t日本\n🎵';
  expect(safeText(text)).toBe(text);
});

it('folds white space and marks the cut', () => {
  expect(safeLine('a\n\n  b\tc')).toBe('a b c');
  expect(safeLine('x'.repeat(20), 10)).toBe(`${'x'.repeat(9)}…`);
});

import { expect, it } from 'vitest';
import { knownSecrets } from './known-secrets.ts';
import { excerpt, safeLine, safeText } from './safe-text.ts';
import { wrapText } from './wrap-text.ts';

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

const passphrase = 'battery horse  zebra-staple 77';
const token = 'Vb6-nM8qW2eR4tY6uI8oP0aS1dF3gH5j';

it('leaves nothing of a secret across its cut, and none that folding would change', () => {
  knownSecrets.add(passphrase, token);
  expect(safeLine(`a ${passphrase} b`)).toBe('a [redacted] b');
  for (let length = 10; length < 60; length++) {
    expect(safeLine(`${'y'.repeat(20)}${token} end`, length)).not.toMatch(/Vb6-|nM8q|W2eR|tY6u/);
    expect(excerpt(`${'y'.repeat(20)}${token} end of it`.padEnd(90), length)).not.toMatch(
      /Vb6-|nM8q|W2eR|tY6u/,
    );
    expect(
      excerpt(`begin of it ${token}${'y'.repeat(20)}`.padStart(90), length, { from: 'end' }),
    ).not.toMatch(/gH5j|1dF3|P0aS/);
  }
});

it('is redacted before it is folded over lines', () => {
  knownSecrets.add(passphrase);
  expect(wrapText(`the passphrase is ${passphrase} and no other`, 24).join('\n')).not.toMatch(
    /battery|zebra/,
  );
});

it.each([
  ['::error file=x::owned', '\\u003a:error file=x::owned'],
  ['x ##vso[task.complete]y', 'x #\\u0023vso[task.complete]y'],
  ["##teamcity[message text='x']", "#\\u0023teamcity[message text='x']"],
])('makes %s inert', (hostile, shown) => {
  expect(safeText(hostile)).toBe(shown);
});

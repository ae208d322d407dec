import { expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

it.each([
  ['250', 250],
  ['250ms', 250],
  ['5s', 5000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['1m30s', 90_000],
  ['', undefined],
  ['5 parsecs', undefined],
  ['-1s', undefined],
])('reads "%s" as %s ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each([
  [86.6, '87 ms'],
  [1240, '1.24 s'],
  [125_000, '2 min 05 s'],
])('writes %s ms as "%s"', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

it.each([87, 1240, 60_000, 125_000])('reads what it writes of %s ms, with and without blanks', (ms) => {
  expect(parseDuration(formatDuration(ms))).toBe(ms);
  expect(parseDuration(formatDuration(ms).replaceAll(' ', ''))).toBe(ms);
});

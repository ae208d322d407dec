import { expect, it } from 'vitest';
import { counted } from './counted.ts';

it.each([
  [counted(0, 'span'), '0 spans'],
  [counted(1, 'log line'), '1 log line'],
  [counted(2, 'entry', 'entries'), '2 entries'],
])('%s', (text, expected) => {
  expect(text).toBe(expected);
});

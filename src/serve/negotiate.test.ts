import { expect, it } from 'vitest';
import { negotiate } from './negotiate.ts';

it.each([
  [undefined, 'pretty'],
  ['', 'pretty'],
  ['*/*', 'pretty'],
  ['text/*', 'pretty'],
  ['application/json', 'json'],
  ['APPLICATION/JSON; charset=utf-8', 'json'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'html'],
  ['application/xml', 'junit'],
  ['application/vnd.meatymusic-junit', 'junit'],
  ['application/vnd.meatymusic-prometheus', 'prometheus'],
  ['application/json;q=0.5, text/markdown', 'markdown'],
  ['*/*;q=0.1, application/json;q=0.5', 'json'],
  ['*/*, application/json', 'json'],
  ['text/plain;q=0, text/*', 'html'],
  ['image/png, text/x-tap;q=0.2', 'tap'],
  ['application/json;q=0', undefined],
  ['application/json;q=x', undefined],
  ['image/png', undefined],
  ['application/vnd.meatymusic-nothing', undefined],
  ['constructor', undefined],
])('answers Accept: %s with %s', (accept, reporter) => {
  expect(negotiate(accept)?.reporter).toBe(reporter);
});

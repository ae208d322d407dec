import { expect, it } from 'vitest';
import type { Evidence } from '../check/evidence.ts';
import { evidenceLines } from './evidence-lines.ts';

const request = { method: 'GET', url: 'http://127.0.0.1:1/health', headers: {}, body: '' };
const without = (message: string) =>
  ({ kind: 'http', exchange: { request, error: { code: 'ECONNREFUSED', message } } }) as unknown as Evidence;

it.each([
  [
    'GET http://127.0.0.1:1/health (tried 127.0.0.1:1): ECONNREFUSED',
    'GET http://127.0.0.1:1/health (tried 127.0.0.1:1): ECONNREFUSED',
  ],
  ['socket hang up', 'GET http://127.0.0.1:1/health → ECONNREFUSED: socket hang up'],
])('names a request without a response once: %s', (message, line) => {
  expect(evidenceLines(without(message), 100, 10)).toEqual([line]);
});

import { expect, it } from 'vitest';
import { knownSecrets } from '../base/known-secrets.ts';
import type { Evidence } from '../check/evidence.ts';
import { compactEvidence } from './compact-evidence.ts';

const secret = 'Qz8-wE4rT6yU1iO3pA5sD7fG9hJ2kL0z';
knownSecrets.add(secret);
const pieces = Array.from({ length: secret.length - 5 }, (_, at) => secret.slice(at, at + 6));
/** The secret begins eight characters before the cut. */
const text = `${'y'.repeat(2040)}${secret}${'z'.repeat(3000)}`;
const response = {
  status: 200,
  headers: {
    'set-cookie': 'sid=unknown-1; Path=/; HttpOnly, b=unknown-2',
    'x-api-key': 'unknown-3',
    date: 'today',
  },
  rawHeaders: [['Set-Cookie', 'sid=unknown-1; Path=/']] as [string, string][],
  body: text,
  bodyBytes: text.length,
  address: '127.0.0.1:1',
  durationMs: 1,
};

it.each<[string, Evidence]>([
  ['a fact', { kind: 'fact', label: 'l', value: text }],
  ['a statement', { kind: 'query', label: 'l', statement: text, rows: [], rowCount: 0 }],
  ['a line', { kind: 'lines', label: 'l', source: 's', lines: [{ number: 1, text }], total: 1 }],
  [
    'a body',
    {
      kind: 'http',
      label: 'l',
      exchange: { request: { method: 'GET', url: 'http://h/', headers: {} }, response },
    },
  ],
])('leaves nothing of a secret across the cut of %s', (_what, evidence) => {
  const shown = JSON.stringify(compactEvidence([evidence]));
  expect(shown).toContain(`(${text.length} characters)`);
  expect(pieces.filter((piece) => shown.includes(piece))).toEqual([]);
});

it('shows no credentials of an exchange, whichever check made it', () => {
  const request = {
    method: 'GET',
    url: 'http://u:pw-1@h/?sig=pw-2&q=1',
    headers: { cookie: 'a=pw-3; b=pw-4' },
  };
  const [shown] = compactEvidence([
    { kind: 'http', label: 'l', exchange: { request, response: { ...response, body: '' } } },
  ]);
  expect(JSON.stringify(shown)).not.toMatch(/unknown-|pw-/);
  expect(shown).toMatchObject({
    exchange: {
      request: { url: 'http://u:*****@h/?sig=*****&q=1', headers: { cookie: 'a=[redacted]; b=[redacted]' } },
      response: {
        headers: { 'set-cookie': 'sid=[redacted]; Path=/; HttpOnly, b=[redacted]', date: 'today' },
      },
    },
  });
});

const numbered = (length: number) =>
  Array.from({ length }, (_, at) => ({ number: at + 1, text: `line ${at}` }));
const spans = Array.from({ length: 250 }, (_, at) => ({ spanId: String(at) })) as never[];

it.each<[string, Evidence, (shown: never) => unknown, number]>([
  [
    'rows',
    { kind: 'query', label: 'l', statement: 's', rows: Array.from({ length: 30 }, () => 1), rowCount: 30 },
    ({ rows }: { rows: unknown[] }) => rows.length,
    20,
  ],
  [
    'lines',
    { kind: 'lines', label: 'l', source: 's', lines: numbered(60), total: 60 },
    ({ lines }: { lines: unknown[] }) => lines.length,
    50,
  ],
  [
    'spans',
    { kind: 'spans', label: 'l', spans },
    ({ spans: kept }: { spans: unknown[] }) => kept.length,
    200,
  ],
])('keeps the first of many %s', (_what, evidence, count, most) => {
  const [shown] = compactEvidence([evidence]);
  expect(count(shown as never)).toBe(most);
});

it('keeps the first of many items, and a file as it is', () => {
  const file: Evidence = { kind: 'file', label: 'page', path: 'page.png', mediaType: 'image/png' };
  expect(compactEvidence(Array.from({ length: 60 }, () => file))).toEqual(
    Array.from({ length: 50 }, () => file),
  );
});

it('keeps a text of 2048 characters whole, and as many of a longer one', () => {
  const value = (length: number) => {
    const [shown] = compactEvidence([{ kind: 'fact', label: 'l', value: 'x'.repeat(length) }]);
    return (shown as { value: string }).value;
  };
  expect(value(2048)).toBe('x'.repeat(2048));
  expect(value(2049)).toBe(`${'x'.repeat(2047)}… (2049 characters)`);
});

it('takes an exchange without a response', () => {
  const exchange = {
    request: { method: 'GET', url: 'http://h/', headers: {} },
    error: { code: 'ECONNREFUSED', message: 'refused' },
  };
  const item: Evidence = { kind: 'http', label: 'l', exchange };
  expect(compactEvidence([item])).toEqual([item]);
});

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

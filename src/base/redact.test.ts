import { expect, it } from 'vitest';
import { createRedactor, maskUrl, secretsOfUrl } from './redact.ts';

const secret = 'p@ss"w&rd/1';

it.each([
  ['as it is', secret],
  ['in a URL', encodeURIComponent(secret)],
  ['in JSON', JSON.stringify({ secret }).slice(11, -2)],
  ['in XML', 'p@ss&quot;w&amp;rd/1'],
  ['in hexadecimal', Buffer.from(secret).toString('hex')],
  ['in Base64', Buffer.from(secret).toString('base64')],
  ['in Base64url', Buffer.from(secret).toString('base64url')],
])('replaces a secret %s', (_form, written) => {
  const redact = createRedactor(secret);
  expect(redact(`before ${written} after`)).toMatch(/^before \[redacted\]=* after$/);
});

it('replaces the longest of overlapping secrets', () => {
  expect(createRedactor('token', 'token-with-tail')('a token-with-tail')).toBe('a [redacted]');
});

it('learns later, and ignores what is too short to be a secret', () => {
  const redact = createRedactor('abc', undefined, '');
  expect(redact('abcdef')).toBe('abcdef');
  redact.add('hunter22');
  expect(redact('x hunter22 y')).toBe('x [redacted] y');
});

it("does not hide the word of the contract's default password", () => {
  expect(createRedactor('postgres')('postgresql on postgres')).toBe('postgresql on postgres');
});

it('finds the password of a URL as written and decoded, and survives a broken escape', () => {
  expect(secretsOfUrl('postgresql://u:p%40ss@h/db')).toEqual(['p%40ss', 'p@ss']);
  expect(secretsOfUrl('redis://:s%ZZ@h')).toEqual(['s%ZZ']);
  expect(secretsOfUrl('http://h/a:b@c')).toEqual([]);
});

it('masks the password of a URL, and nothing else', () => {
  expect(maskUrl('postgresql://user:secret@h:5432/db')).toBe('postgresql://user:*****@h:5432/db');
  expect(maskUrl('http://h/x')).toBe('http://h/x');
});

it('replaces a secret inside the Base64 of more', () => {
  for (const user of ['a', 'ab', 'abc']) {
    const header = `Basic ${Buffer.from(`${user}:${secret}:x`).toString('base64')}`;
    const shown = createRedactor(secret)(header);
    expect(shown).toContain('[redacted]');
    expect(Buffer.from(shown.slice(6), 'base64').toString()).not.toContain(secret.slice(1, -1));
  }
});

it('finds passwords that are not escaped, and those in the query', () => {
  expect(secretsOfUrl('postgres://u:p@ss@h/db')).toEqual(['p@ss']);
  expect(secretsOfUrl('postgres://u:p/s#s@h:5432/db')).toEqual(['p/s#s']);
  expect(secretsOfUrl('postgres://h/db?user=u&password=s%40cret')).toEqual(['s%40cret', 's@cret']);
  expect(maskUrl('postgres://u:p@ss@h/db?sslmode=require&password=x1')).toBe(
    'postgres://u:*****@h/db?sslmode=require&password=*****',
  );
  expect(maskUrl('postgres://u:p/s#s@h:5432/db')).toBe('postgres://u:*****@h:5432/db');
  expect(maskUrl('http://h:80/@scope/name')).toBe('http://h:80/@scope/name');
});

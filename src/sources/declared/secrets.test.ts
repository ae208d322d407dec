import { expect, test } from 'vitest';
import { noticingSecrets, secretsIn } from './secrets.ts';

test('secrets of an entry: by name, in addresses, in headers', () => {
  const found = new Set<string>();
  secretsIn(
    {
      url: 'https://me:in-url@host/x?token=in-query',
      username: 'me',
      password: 'by-name',
      'request-headers': ['Authorization: Bearer in-line', 'X-Kind: page'],
      deep: { 'request-headers': { authorization: 'Basic in-map', accept: 'text/html' } },
      values: { api_key: ['in-list'] },
      title: 'no secret: this',
    },
    found,
  );
  expect([...found].sort()).toEqual(['by-name', 'in-line', 'in-list', 'in-map', 'in-query', 'in-url']);
});

test('secrets of the environment: those that were taken out of it', () => {
  const found = new Set<string>();
  const env = noticingSecrets(
    { API_TOKEN: 'taken', OTHER_TOKEN: 'left', DATABASE_URL: 'postgres://u:in-url@h/d', HOME: '/root' },
    found,
  );
  expect([env.API_TOKEN, env.HOME, env.NONE, env.DATABASE_URL]).toEqual([
    'taken',
    '/root',
    undefined,
    'postgres://u:in-url@h/d',
  ]);
  expect([...found]).toEqual(['taken', 'in-url']);
});

import { expect, it } from 'vitest';
import { isMask, maskUrl, secretsOfUrl, secretsOfValue } from './secret-places.ts';

const pem = `-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqh\n-----END PRIVATE KEY-----\n`;

it.each([
  ['a password as it is written and decoded', 'postgresql://u:p%40ss@h/db', ['p%40ss', 'p@ss']],
  ['a broken escape', 'redis://:s%ZZ@h', ['s%ZZ']],
  ['no user', 'redis://:hunter22@h:6379/0', ['hunter22']],
  ['what looks like a password in a path', 'http://h/a:b@c', []],
  ['an at sign in it', 'postgres://u:p@ss@h/db', ['p@ss']],
  ['a slash and a hash in it', 'postgres://u:p/s#s@h:5432/db', ['p/s#s']],
  ['a parameter', 'postgres://h/db?user=u&password=s%40cret', ['s%40cret', 's@cret']],
  ['parameters of other names', 'https://h/?client_secret=c1&sig=s1&key=k1&page=2', ['c1', 's1', 'k1']],
  ['a token as the user', 'https://ghp_abcdefghij@github.com/o/r', ['ghp_abcdefghij']],
  [
    'a key as the user',
    'https://0123456789abcdef0123456789abcdef@o1.sentry.io/1',
    ['0123456789abcdef0123456789abcdef'],
  ],
  ['a key without a password', 'https://sk9876543210:@api.stripe.test/v1', ['sk9876543210']],
  ['a user alone', 'postgres://postgres@h/db', []],
  ['several addresses', 'redis://:one1@a,redis://:two2@b', ['one1', 'two2']],
  ['an address within a text', 'see "amqp://u:pw12@h" there', ['pw12']],
  ['names with an at sign', 'http://h:80/@scope/name', []],
])('finds in a URL: %s', (_what, url, secrets) => {
  expect(secretsOfUrl(url)).toEqual(secrets);
});

it.each([
  ['postgresql://user:secret@h:5432/db', 'postgresql://user:*****@h:5432/db'],
  ['http://h/x', 'http://h/x'],
  [
    'postgres://u:p@ss@h/db?sslmode=require&password=x1',
    'postgres://u:*****@h/db?sslmode=require&password=*****',
  ],
  ['postgres://u:p/s#s@h:5432/db', 'postgres://u:*****@h:5432/db'],
  ['http://h:80/@scope/name', 'http://h:80/@scope/name'],
  ['redis://:pw@h', 'redis://:*****@h'],
  ['https://ghp_abcdefghij@h/?sig=1&v=2', 'https://*****@h/?sig=*****&v=2'],
])('masks %s', (url, masked) => {
  expect(maskUrl(url)).toBe(masked);
});

it.each([
  ['CLERK_SECRET_KEY', 'sk_1', ['sk_1']],
  ['PLAIN', 'value', []],
  [
    'OTEL_EXPORTER_OTLP_HEADERS',
    'authorization=Bearer%20abc123,x-team=t%2F1',
    ['Bearer%20abc123', 'abc123', 't%2F1', 't/1'],
  ],
  ['CONNECTION', 'Server=h;User Id=sa;Password=pw99;', ['pw99']],
  ['DSN', "host=h user=u password='p w'", ["'p w'", 'p w']],
  ['CONFIG', '{"auths":{"r.io":{"auth":"dTpw"}},"db":{"userPassword":"pw77"}}', ['dTpw', 'pw77']],
  ['Authorization', 'Basic dXNlcjpwYXNz', ['dXNlcjpwYXNz', 'pass']],
  ['HEADERS', 'x-api-key: abcd99\naccept: */*', ['abcd99']],
  ['CERT', pem, [pem]],
  ['PASSWORD', '${PASSWORD}', []],
])('finds in the variable %s what must not be shown', (name, value, secrets) => {
  expect(secretsOfValue(name, value)).toEqual(expect.arrayContaining(secrets));
  if (secrets.length === 0) expect(secretsOfValue(name, value)).toEqual([]);
});

it.each([
  '*****',
  'xxxx',
  '<redacted>',
  '[redacted]',
  '${DB_PASSWORD}',
  '$PW',
  '{{ token }}',
  'undefined',
  '[Filtered]',
])('%s is a mask', (value) => {
  expect(isMask(value)).toBe(true);
});

it.each(['hunter2', 'x1x2', 'p***', 'nothing-to-see'])('%s is none', (value) => {
  expect(isMask(value)).toBe(false);
});

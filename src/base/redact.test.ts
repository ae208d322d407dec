import { describe, expect, it } from 'vitest';
import { secretEncodings as encodings } from '../testing/secret-encodings.ts';
import { createRedactor } from './redact.ts';

const secret = `p@ss"w&rd/1 <x>'y\\z+ü`;
const secrets = [
  secret,
  'hunter2hunter2',
  'tok_9f8e7d6c5b',
  'päßwörter',
  '!?-_.~*()',
  '$Tr0ng:Pass@word#1%',
  'k'.repeat(20),
];

describe.each(encodings)('a secret %s', (_name, write) => {
  it.each(secrets)('is replaced: %s', (each) => {
    expect(createRedactor(each)(`before ${write(each)} after`)).toMatch(/^before \[redacted\]=* after$/);
  });
});

it('is replaced inside the Base64 of more', () => {
  for (const user of ['a', 'ab', 'abc']) {
    const header = `Basic ${Buffer.from(`${user}:${secret}:x`).toString('base64')}`;
    const shown = createRedactor(secret)(header);
    expect(shown).toContain('[redacted]');
    expect(Buffer.from(shown.slice(6), 'base64').toString()).not.toContain(secret.slice(1, -1));
  }
});

it('replaces the longest of overlapping secrets', () => {
  expect(createRedactor('tokens', 'tokens-with-tail')('a tokens-with-tail')).toBe('a [redacted]');
});

it('accepts further secrets, and ignores short values and masks', () => {
  const redact = createRedactor('abc', undefined, '', '*****', '${PASSWORD}', 'undefined');
  expect(redact('abcdef ***** undefined')).toBe('abcdef ***** undefined');
  redact.add('hunter22');
  expect(redact('x hunter22 y')).toBe('x [redacted] y');
});

it('replaces a short secret only as a word', () => {
  expect(createRedactor('ab12')('ab12 xab12 ab123 "ab12"')).toBe('[redacted] xab12 ab123 "[redacted]"');
});

it('finds each line of a private key, and a part of a long token', () => {
  const lines = ['MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7', 'VJTUt9Us8cKjMzEfYyjiWA4R4'];
  const pem = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
  for (const written of [pem, pem.replaceAll('\n', '\\n')]) {
    const redact = createRedactor(written);
    for (const line of lines) expect(redact(`x ${line} y`)).toBe('x [redacted] y');
  }
  const token = Array.from({ length: 40 }, (_, index) => (index * 7919 + 100003).toString(36)).join('');
  expect(createRedactor(token)(`x ${token} y`)).toBe('x [redacted] y');
  expect(createRedactor(token)(token.slice(0, 130))).not.toContain(token.slice(10, 60));
});

describe('a secret that is a public name as well', () => {
  const redact = createRedactor('shop', 'postgres');
  redact.allow('shop');

  it('is replaced where a secret is expected', () => {
    expect(redact('postgres://shop:shop@shop/shop and redis://:shop@h')).toBe(
      'postgres://shop:[redacted]@shop/shop and redis://:[redacted]@h',
    );
    expect(redact('POSTGRES_PASSWORD=shop {"password": "shop"} {\\"token\\":\\"shop\\"}')).toBe(
      'POSTGRES_PASSWORD=[redacted] {"password": "[redacted]"} {\\"token\\":\\"[redacted]\\"}',
    );
  });

  it('is left alone elsewhere', () => {
    const text = 'shop-api: password authentication failed for user "shop", postgresql, POSTGRES_USER=shop';
    expect(redact(text)).toBe(text);
  });
});

describe('a cut', () => {
  const redact = createRedactor(secret, 'hunter2hunter2');

  it.each(encodings)('leaves nothing of a secret across it: %s', (_name, write) => {
    const shown = write('hunter2hunter2');
    const text = `${'a '.repeat(500)}${shown}${' b'.repeat(4000)}`;
    for (let length = 995; length < 1000 + shown.length + 5; length++) {
      const head = redact.start(text, length);
      expect(head.length).toBeLessThanOrEqual(length);
      for (const part of [shown.slice(0, 5), shown.slice(0, 12)])
        if (length > 1004) expect(head.slice(1000)).not.toContain(part);
      const tail = redact.end(
        [...text]
          .reverse()
          .join('')
          .replace([...shown].reverse().join(''), shown),
        length,
      );
      expect(tail.length).toBeLessThanOrEqual(length);
      if (length > 1004) expect(tail.slice(0, -1000)).not.toContain(shown.slice(-5));
    }
  });

  it('leaves nothing where what is replaced moves the cut', () => {
    const text = 'hunter2hunter2 '.repeat(400);
    expect(redact.start(text, 500)).not.toMatch(/hunt|unter|er2h/);
    expect(redact.end(text, 500)).not.toMatch(/hunt|unter|er2h/);
  });
});

it('keeps a JSON document valid where a number is a secret', () => {
  const shown = createRedactor('83749201')('{"pin":83749201,"text":"a: 83749201, b"}');
  expect(JSON.parse(shown)).toEqual({ pin: '[redacted]', text: 'a: [redacted], b' });
});

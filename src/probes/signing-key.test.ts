import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { assertAlgorithm, parseSigningKey } from './signing-key.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

test.each([
  ['a public key', String(publicKey.export({ type: 'spki', format: 'pem' })), 'holds a public key'],
  [
    'an encrypted key',
    String(privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })),
    'it is encrypted',
  ],
  ['a broken key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', 'is no private key'],
  ['an empty file', '\n', 'is empty'],
  [
    'a key that cannot sign',
    String(generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' })),
    'type x25519',
  ],
])('%s is refused with 78', (_, text, message) => {
  expect(() => parseSigningKey(text)).toThrow(
    expect.objectContaining({
      code: 'bad-signing-key',
      exitCode: 78,
      message: expect.stringContaining(message),
    }),
  );
});

test('a configured algorithm must fit the key', () => {
  const key = parseSigningKey(String(privateKey.export({ type: 'sec1', format: 'pem' })));
  expect(() => assertAlgorithm(key, 'ES256')).not.toThrow();
  expect(() => assertAlgorithm(key, 'RS256')).toThrow(
    expect.objectContaining({ exitCode: 78, hint: 'it can sign with ES256' }),
  );
});

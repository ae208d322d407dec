import { createSecretKey, type KeyObject } from 'node:crypto';
import { signatureOf } from './jws.ts';

/** Secrets of examples and tutorials. */
const secrets = [
  '',
  'secret',
  'secretkey',
  'secret-key',
  'secret_key',
  'SECRET',
  'SECRET_KEY',
  'mysecret',
  'my-secret',
  'mysecretkey',
  'my_secret_key',
  'supersecret',
  'super-secret',
  'supersecretkey',
  'jwtsecret',
  'jwt-secret',
  'jwt_secret',
  'JWT_SECRET',
  'shhhhh',
  'shhhhhhared-secret',
  'changeme',
  'change-me',
  'password',
  '123456',
  'key',
  'private',
  'test',
  'dev',
  'development',
  'example',
  'your-secret',
  'your-secret-key',
  'your_jwt_secret',
  'your-256-bit-secret',
  'a-string-secret-at-least-256-bits-long',
  'keyboard cat',
  'it-is-very-secret',
  'undefined',
  'null',
];

/** Returns the secret of a signature where it is a well-known one; `undefined` for other algorithms than HMAC. */
export function guessedSecret(algorithm: string, input: string, signature: string): KeyObject | undefined {
  if (!/^HS(256|384|512)$/.test(algorithm)) return undefined;
  return secrets
    .map((secret) => createSecretKey(secret, 'utf8'))
    .find((key) => signatureOf(input, algorithm, key).toString('base64url') === signature);
}

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type JsonWebKey,
  randomBytes,
} from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeFolderSync, replaceFileSync } from '../base/write-file.ts';
import { stackFolder } from './state.ts';

/** Signs tokens for the stacks that `up` starts; the API gets only the public half. */
export interface StackKeys {
  issuer: string;
  audience: string;
  /** PKCS #8 PEM of an RS256 key. */
  signingKeyPem: string;
  keyId: string;
  /** The JWKS as JSON text, for the API's `AUTH_JWKS`. */
  jwks: string;
}

/** Issuer of the tokens in stacks that `up` starts. Nothing listens there: the API gets its JWKS inline. */
export const stackIssuer = 'https://auth.meatymusic.test';

/** Audience of the tokens in stacks that `up` starts: their API. */
export const stackAudience = 'meatymusic-api';

const keyFile = (root: string) => path.join(stackFolder(root), 'keys', 'signing-key.pem');
const passwordFile = (root: string) => path.join(stackFolder(root), 'keys', 'password');

/** Reads the keys of the project's stack; `undefined` before the first `up`. */
export function readStackKeys(root: string): StackKeys | undefined {
  try {
    return describe(readFileSync(keyFile(root), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Returns the keys of the project's stack; the first call creates them, readable for their owner alone. */
export async function ensureStackKeys(root: string): Promise<StackKeys> {
  const existing = readStackKeys(root);
  if (existing) return existing;
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return describe(writeSecret(keyFile(root), privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()));
}

/** Returns the password of the embedded database and cache; it stays the same from one start to the next. */
export function ensureServicePassword(root: string): string {
  const file = passwordFile(root);
  const existing = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return existing || writeSecret(file, randomBytes(24).toString('base64url'));
}

function writeSecret(file: string, secret: string): string {
  makeFolderSync(path.dirname(file), 0o700);
  replaceFileSync(file, secret, { mode: 0o600, durable: true });
  return readFileSync(file, 'utf8');
}

function describe(pem: string): StackKeys {
  const jwk: JsonWebKey = createPublicKey(createPrivateKey(pem)).export({ format: 'jwk' });
  const thumbprint = JSON.stringify({ e: jwk.e, kty: jwk.kty, n: jwk.n });
  const keyId = createHash('sha256').update(thumbprint).digest('base64url');
  return {
    issuer: stackIssuer,
    audience: stackAudience,
    signingKeyPem: pem,
    keyId,
    jwks: JSON.stringify({ keys: [{ ...jwk, kid: keyId, alg: 'RS256', use: 'sig' }] }),
  };
}

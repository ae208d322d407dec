import { createPrivateKey, createSecretKey, type KeyObject } from 'node:crypto';
import { Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';

/** A key that signs tokens, with the JWS algorithms that it can serve; the first one is its usual one. */
export interface SigningKey {
  key: KeyObject;
  algorithms: readonly string[];
}

const rsaAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const secretAlgorithms = ['HS256', 'HS384', 'HS512'];
const curveAlgorithms: Record<string, string> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
  secp256k1: 'ES256K',
};

/**
 * Reads a signing key: the PEM of a private key, or else a shared secret, of which white space at both ends is dropped.
 * Throws a `Fault` (78) for a key that cannot sign tokens, with `name` as its name.
 */
export function parseSigningKey(text: string, name = 'auth.signingKeyFile'): SigningKey {
  if (!text.includes('-----BEGIN')) {
    if (text.trim() === '') throw unusable(`${name} is empty`);
    return { key: createSecretKey(text.trim(), 'utf8'), algorithms: secretAlgorithms };
  }
  if (
    /-----BEGIN (?:[A-Z0-9]+ )*(?:PUBLIC KEY|CERTIFICATE)-----/.test(text) &&
    !/PRIVATE KEY-----/.test(text)
  ) {
    throw unusable(`${name} holds a public key, which cannot sign`);
  }
  const key = readPrivateKey(text, name);
  const algorithms = algorithmsOf(key);
  if (algorithms.length === 0) throw unusable(`${name} holds a key of the type ${key.asymmetricKeyType}`);
  return { key, algorithms };
}

/** Returns the algorithm for a key: the wanted one where the key can serve it, else its usual one. */
export function algorithmFor({ algorithms }: SigningKey, ...wanted: unknown[]): string {
  return (wanted.find((each) => algorithms.includes(each as string)) ?? algorithms[0]) as string;
}

/** Throws a `Fault` (78) unless the key can serve the configured algorithm. */
export function assertAlgorithm({ algorithms }: SigningKey, algorithm: string): void {
  if (algorithms.includes(algorithm)) return;
  throw unusable(`the key of auth.signingKeyFile cannot sign with auth.algorithm ${algorithm}`, algorithms);
}

function readPrivateKey(pem: string, name: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const why = pem.includes('ENCRYPTED') ? 'it is encrypted' : messageOf(cause);
    throw unusable(`${name} is no private key that can be read: ${why}`, undefined, cause);
  }
}

function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails: details = {} }: KeyObject): string[] {
  switch (asymmetricKeyType) {
    case 'rsa':
      return rsaAlgorithms;
    case 'rsa-pss':
      return details.hashAlgorithm ? [`PS${details.hashAlgorithm.slice(3)}`] : ['PS256', 'PS384', 'PS512'];
    case 'ec':
      return [curveAlgorithms[details.namedCurve ?? '']].filter((each) => each !== undefined);
    case 'ed25519':
      return ['EdDSA', 'Ed25519'];
    case 'ed448':
      return ['EdDSA'];
    default:
      return [];
  }
}

function unusable(message: string, algorithms?: readonly string[], cause?: unknown): Fault {
  return new Fault({
    code: 'bad-signing-key',
    message,
    hint: algorithms
      ? `it can sign with ${algorithms.join(', ')}`
      : 'name the unencrypted PEM of a private RSA, EC or Ed25519 key (openssl genpkey writes one), or a file with a shared secret',
    exitCode: ExitCode.config,
    cause,
  });
}

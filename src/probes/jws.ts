import { constants, createHmac, type KeyObject, sign } from 'node:crypto';
import { isPlainObject } from '../base/plain-object.ts';

type Part = Record<string, unknown>;

/** A token in compact serialization (RFC 7515), with its parts as they were sent. */
export interface DecodedToken {
  header: Part;
  claims: Part;
  parts: [header: string, claims: string, signature: string];
}

/** Returns the parts of a JWT that is signed; `undefined` for any other text. */
export function decodeToken(token: string): DecodedToken | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  const [header, claims] = parts.slice(0, 2).map(decodePart);
  if (!header || !claims) return undefined;
  return { header, claims, parts: parts as DecodedToken['parts'] };
}

export function encodePart(part: Part): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** Returns a token that is signed with the algorithm of its header, whatever the key is meant for. */
export function signToken(header: Part, claims: Part | string, key: KeyObject): string {
  const input = `${encodePart(header)}.${typeof claims === 'string' ? claims : encodePart(claims)}`;
  return `${input}.${signatureOf(input, String(header.alg), key).toString('base64url')}`;
}

export function signatureOf(input: string, algorithm: string, key: KeyObject): Buffer {
  const digest = `sha${/\d{3}/.exec(algorithm)?.[0] ?? 256}`;
  const data = Buffer.from(input);
  switch (algorithm.slice(0, 2)) {
    case 'HS':
      return createHmac(digest, key).update(data).digest();
    case 'PS': {
      const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
      return sign(digest, data, { key, padding, saltLength });
    }
    case 'ES':
      return sign(digest, data, { key, dsaEncoding: 'ieee-p1363' });
    case 'Ed':
      return sign(null, data, key);
    default:
      return sign(digest, data, key);
  }
}

function decodePart(part: string): Part | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Ways to verify a token, right and wrong, with the libraries that APIs use for it. */
import { createHmac, createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  EmbeddedJWK,
  importJWK,
  jwtVerify,
} from 'jose';
import { type Answer, type Guard, load } from './serve.ts';

const jsonwebtoken = load('jsonwebtoken');

export const issuer = 'https://id.example.test';
export const audience = 'songs';

const pemOf = (pair: { privateKey: { export(options: object): string | Buffer } }) =>
  String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');

export const keys = {
  rsa: { pem: pemOf(rsa), publicKey: rsa.publicKey, keyId: 'k1' },
  ec: { pem: pemOf(ec), publicKey: ec.publicKey, keyId: 'k2' },
  ed: { pem: pemOf(ed), publicKey: ed.publicKey, keyId: 'k3' },
};
export const publicPem = String(rsa.publicKey.export({ type: 'spki', format: 'pem' }));
export const strongSecret = 'b7c1f0c4a59e4d1d8a6f3e2b9c7d5a10';

const ok: Answer = { status: 200 };

/** Takes the token of a bearer header; throws without one. */
function bearer(authorization: string | undefined): string {
  const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
  if (!token) throw new Error('no token');
  return token;
}

/** jsonwebtoken with these options; `complete` ones by default. */
export function byJsonwebtoken(options: object = {}, key: unknown = publicPem): Guard {
  return (authorization) => {
    jsonwebtoken.verify(bearer(authorization), key, { algorithms: ['RS256'], issuer, audience, ...options });
    return ok;
  };
}

export function byJose(algorithm: string, key: Parameters<typeof jwtVerify>[1], options: object = {}): Guard {
  return async (authorization) => {
    await jwtVerify(bearer(authorization), key as never, {
      algorithms: [algorithm],
      issuer,
      audience,
      ...options,
    });
    return ok;
  };
}

/** Answers a refusal of another guard in another way. */
export function refusingWith(refusal: Answer, guard: Guard = byJsonwebtoken()): Guard {
  return async (authorization) => {
    try {
      return await guard(authorization);
    } catch {
      return refusal;
    }
  };
}

/** Verifies well and then asks for a right that no token has. */
export const withoutScope: Guard = async (authorization) => {
  await byJsonwebtoken()(authorization);
  return { status: 403, headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="admin"' } };
};

export const decodesOnly: Guard = (authorization) => {
  const { iss, exp = 0 } = decodeJwt(bearer(authorization));
  if (iss !== issuer || exp * 1000 < Date.now()) throw new Error('refused');
  return ok;
};

/** Trusts a token without a signature where this holds for its header. */
export function trustsUnsigned(when: (header: { alg?: string; kid?: string }) => boolean): Guard {
  return (authorization) => {
    const token = bearer(authorization);
    return when(decodeProtectedHeader(token)) ? decodesOnly(authorization) : byJsonwebtoken()(authorization);
  };
}

/** Takes the algorithm from the token and the public key for whatever it is. */
export const confusesKeys: Guard = async (authorization) => {
  const token = bearer(authorization);
  const { alg = '' } = decodeProtectedHeader(token);
  const key = alg.startsWith('HS') ? createSecretKey(Buffer.from(publicPem)) : createPublicKey(publicPem);
  await jwtVerify(token, key, { issuer, audience });
  return ok;
};

export const trustsEmbeddedKey: Guard = async (authorization) => {
  const token = bearer(authorization);
  if (!decodeProtectedHeader(token).jwk) return byJsonwebtoken()(authorization);
  await jwtVerify(token, EmbeddedJWK, { issuer, audience });
  return ok;
};

export const fetchesNamedKeySet: Guard = async (authorization) => {
  const token = bearer(authorization);
  const { jku } = decodeProtectedHeader(token);
  if (!jku) return byJsonwebtoken()(authorization);
  await jwtVerify(token, createRemoteJWKSet(new URL(jku)), { issuer, audience });
  return ok;
};

/** The kid is the name of a file below a folder of keys. */
export const readsKeyFile: Guard = (authorization) => {
  const token = bearer(authorization);
  const { kid = '', alg } = decodeProtectedHeader(token);
  if (alg !== 'HS256') return byJsonwebtoken()(authorization);
  const [head, claims, signature] = token.split('.');
  const secret = readFileSync(`/tmp/${kid}`);
  if (createHmac('sha256', secret).update(`${head}.${claims}`).digest('base64url') !== signature)
    throw new Error('refused');
  return ok;
};

export const comparesIssuerByPrefix: Guard = (authorization) => {
  const { iss } = jsonwebtoken.verify(bearer(authorization), publicPem, { algorithms: ['RS256'], audience });
  if (!String(iss).startsWith(issuer)) throw new Error('refused');
  return ok;
};

export const wantsAnyHeader: Guard = (authorization) => {
  if (!authorization) throw new Error('refused');
  return ok;
};

export const opaqueToken = 'q8fJx2LkPz0aWv7sRt4YbN1cDm6Eg3Hu';
export const knowsOpaqueToken: Guard = (authorization) => {
  if (bearer(authorization) !== opaqueToken) throw new Error('refused');
  return ok;
};

/** An address where no key set is. */
export const keySetAway: Guard = async (authorization) => {
  await jwtVerify(bearer(authorization), createRemoteJWKSet(new URL('http://127.0.0.1:1/jwks.json')));
  return ok;
};

/** The known key is at hand, and any other one has to be fetched from where no key set is. */
export const refreshesKeySet: Guard = async (authorization) => {
  const token = bearer(authorization);
  const { kid, alg } = decodeProtectedHeader(token);
  if (kid !== keys.rsa.keyId) return { status: 503 };
  if (alg !== 'RS256') throw new Error('refused');
  return byJsonwebtoken()(authorization);
};

export async function secretKey(secret: string) {
  return importJWK({ kty: 'oct', k: Buffer.from(secret).toString('base64url') }, 'HS256');
}

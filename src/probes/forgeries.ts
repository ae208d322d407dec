import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { SharedResources } from '../base/shared-resources.ts';
import type { Forgeries, ForgeryKind, ForgeryQuery } from '../check/probes.ts';
import type { ProbeAuth } from './context.ts';
import { guessedSecret } from './guessed-secret.ts';
import { ownKey, type TokenTemplate, tokenTemplate } from './ids-token.ts';
import { decodeToken, encodePart, signToken } from './jws.ts';
import { publicJwk, serveKeySet, strayKey } from './stray-keys.ts';

type Forged = Forgeries['forgeries'][number];
type Made = Pick<Forgeries, 'forgeries'> & { notMade?: string[]; enable?: string };

export interface ForgeryContext {
  auth: ProbeAuth;
  nowMs: number;
  shared: SharedResources;
  /** Whether the API can fetch from 127.0.0.1 of this machine. */
  isApiLocal: boolean;
}

/** Header, claims segment and signature of the accepted token, or of one that looks like it. */
interface Subject extends TokenTemplate {
  claimsPart: string;
  signature: string;
}

/** Forges tokens of one kind from the accepted token (RFC 8725): same header and claims, one thing changed. */
export async function createForgeries(
  { kind, jwks }: ForgeryQuery,
  context: ForgeryContext,
): Promise<Forgeries> {
  const template = tokenTemplate(context.auth, context.nowMs);
  const accepted = template.token;
  const decoded = accepted === undefined ? undefined : decodeToken(accepted);
  const subject = {
    ...template,
    claimsPart: decoded?.parts[1] ?? encodePart(template.claims),
    signature: decoded?.parts[2] ?? Buffer.alloc(256, 1).toString('base64url'),
  };
  const made =
    accepted !== undefined && !decoded ? opaque(kind, accepted) : await forgers[kind](subject, context, jwks);
  for (const token of [accepted ?? '', ...made.forgeries.map((each) => each.token)]) {
    const signature = token.slice(token.lastIndexOf('.') + 1);
    if (signature.length >= 16) context.auth.keepSecret?.(signature);
  }
  return { notMade: [], ...made, ...(accepted === undefined ? {} : { accepted }) };
}

const needsKey = 'only the key of the issuer signs such a token';

type Forger = (subject: Subject, context: ForgeryContext, jwks?: string) => Made | Promise<Made>;

const forgers: Record<ForgeryKind, Forger> = {
  signature: forgeSignatures,
  'none-algorithm': forgeUnsigned,
  'public-key-as-secret': forgeByPublicKey,
  'key-of-the-sender': forgeByOwnKey,
  issuer: (subject) => {
    const { iss } = subject.claims;
    if (!subject.key) return none(needsKey, ownKey);
    if (typeof iss !== 'string') return none('the accepted token names no issuer', 'auth.issuer');
    const bare = iss.replace(/\/+$/, '');
    return withClaims(subject, 'iss', [
      ['of another issuer', 'https://issuer.invalid'],
      ['whose issuer only begins as the accepted one', `${bare}.invalid`],
      ['whose issuer only ends as the accepted one', `https://issuer.invalid/${iss}`],
      ['whose issuer is a path below the accepted one', `${bare}/other`],
    ]);
  },
  audience: (subject) => {
    const aud = [subject.claims.aud].flat()[0];
    if (!subject.key) return none(needsKey, ownKey);
    if (typeof aud !== 'string') return none('the accepted token names no audience', 'auth.audience');
    return withClaims(subject, 'aud', [
      ['for another audience', 'https://audience.invalid'],
      ['for a list of other audiences', ['https://audience.invalid', 'other']],
      ['whose audience only begins as the accepted one', `${aud}.invalid`],
      ['whose audience only ends as the accepted one', `invalid.${aud}`],
    ]);
  },
  expired: (subject, { nowMs }) =>
    withClaims(subject, 'exp', [['that expired an hour ago', Math.floor(nowMs / 1000) - 3600]]),
  'not-yet-valid': (subject, { nowMs }) =>
    withClaims(subject, 'nbf', [['that is valid in an hour (nbf)', Math.floor(nowMs / 1000) + 3600]]),
};

/** Only its issuer can read what such a token says: it can be changed, and no part of it can be replaced. */
function opaque(kind: ForgeryKind, token: string): Made {
  if (kind !== 'signature') return none('auth.token is no signed JWT', ownKey);
  const middle = Math.floor(token.length / 2);
  const other = token[middle] === 'A' ? 'B' : 'A';
  return {
    forgeries: [
      { name: 'with one character changed', token: token.slice(0, middle) + other + token.slice(middle + 1) },
      { name: 'without its last half', token: token.slice(0, middle) || 'A' },
    ],
    notMade: ['auth.token is no signed JWT: its parts cannot be forged'],
  };
}

async function forgeSignatures(subject: Subject, { shared, nowMs }: ForgeryContext): Promise<Made> {
  const { header, claims, claimsPart, signature } = subject;
  const head = encodePartOf(subject);
  const algorithm = String(header.alg);
  const changed = { ...claims, exp: Math.floor(nowMs / 1000) + 1200 };
  const stray = await strayKey(shared, algorithm);
  const forgeries: Forged[] = [
    { name: 'signed by another key', token: signToken(header, claimsPart, stray) },
    {
      name: 'with changed claims under the old signature',
      token: `${head}.${encodePart(changed)}.${signature}`,
    },
    { name: 'with a changed signature', token: `${head}.${claimsPart}.${changeFirst(signature)}` },
    { name: 'without its signature', token: `${head}.${claimsPart}.` },
  ];
  if (algorithm.startsWith('ES')) {
    const zeros = Buffer.alloc(Buffer.from(signature, 'base64url').length).toString('base64url');
    forgeries.push({ name: 'with a signature of zeros', token: `${head}.${claimsPart}.${zeros}` });
  }
  const secret = guessedSecret(algorithm, `${head}.${claimsPart}`, signature);
  if (secret) {
    const name = 'signed with a secret that everyone can guess';
    forgeries.push({ name, token: signToken(header, changed, secret) });
  }
  return { forgeries };
}

function forgeUnsigned({ header, claimsPart, signature }: Subject): Made {
  const { kid, ...bare } = header;
  const withKeyId = { ...header, kid: kid ?? '1' };
  const spellings = ['none', 'None', 'NONE', 'nOnE'];
  const forgeries = [withKeyId, bare].flatMap((each) =>
    spellings.map((alg) => ({
      name: `with alg ${alg}, ${each === bare ? 'without kid' : 'with kid'}`,
      token: `${encodePart({ ...each, alg })}.${claimsPart}.`,
    })),
  );
  const kept = `${encodePart({ ...header, alg: 'none' })}.${claimsPart}.${signature}`;
  return { forgeries: [...forgeries, { name: 'with alg none and the old signature', token: kept }] };
}

/** The public key, which everyone has, as the secret of HMAC. */
function forgeByPublicKey({ header, claimsPart, key }: Subject, _: ForgeryContext, jwks?: string): Made {
  if (String(header.alg).startsWith('HS'))
    return none('tokens of this stack are signed with a shared secret: there is no public key');
  const keys = jwks ? keysOf(jwks, header.kid) : key ? [createPublicKey(key.key)] : [];
  const enable = `options: { auth/public-key-as-secret: { jwks: <address of the key set> } }, or ${ownKey}`;
  if (keys.length === 0) return none('no public key that the API trusts is known', enable);
  return { forgeries: keys.flatMap((each) => byPublicKey(each, header, claimsPart)) };
}

function byPublicKey(key: KeyObject, header: Subject['header'], claimsPart: string): Forged[] {
  const pem = String(key.export({ type: 'spki', format: 'pem' }));
  const secrets: [form: string, secret: string | Buffer, algorithm?: string][] = [
    ['PEM', pem],
    ['PEM', pem, 'HS384'],
    ['PEM', pem, 'HS512'],
    ['PEM without a line break at its end', pem.trim()],
    ['DER', key.export({ type: 'spki', format: 'der' })],
  ];
  if (key.asymmetricKeyType === 'rsa')
    secrets.push(['PKCS #1 PEM', String(key.export({ type: 'pkcs1', format: 'pem' }))]);
  if (key.asymmetricKeyType !== 'rsa-pss')
    secrets.push(['JWK', JSON.stringify(key.export({ format: 'jwk' }))]);
  return secrets.map(([form, secret, alg = 'HS256']) => ({
    name: `signed by ${alg} with the public key (${form}) as its secret`,
    token: signToken({ ...header, alg }, claimsPart, createSecretKey(Buffer.from(secret))),
  }));
}

/** At most two keys: those with the ID of the accepted token, else the first ones. */
function keysOf(jwks: string, keyId: unknown): KeyObject[] {
  const { keys = [] } = JSON.parse(jwks) as { keys?: JsonWebKey[] };
  const named = keys.filter((key) => key?.kid === keyId);
  const usable = (named.length > 0 ? named : keys).flatMap(publicKeyOf);
  return usable.slice(0, 2);
}

/** A key set may hold keys for other uses, and anything else: what is no public key is left out. */
function publicKeyOf(key: JsonWebKey): KeyObject[] {
  try {
    return key.kty === 'oct' ? [] : [createPublicKey({ key, format: 'jwk' })];
  } catch {
    return [];
  }
}

/** Tokens whose header says by which key they are to be verified. */
async function forgeByOwnKey({ header, claimsPart }: Subject, context: ForgeryContext): Promise<Made> {
  const { shared, isApiLocal } = context;
  const alg = String(header.alg).startsWith('HS') ? 'RS256' : String(header.alg);
  const key = await strayKey(shared, alg);
  const own = { ...header, alg, kid: 'meatymusic-stray-key' };
  const jwk = publicJwk(key, own.kid);
  const hmac = (name: string, kid: string, secret: string): Forged => ({
    name,
    token: signToken({ ...header, alg: 'HS256', kid }, claimsPart, createSecretKey(secret, 'utf8')),
  });
  const forgeries = [
    { name: 'with its key in the header (jwk)', token: signToken({ ...header, alg, jwk }, claimsPart, key) },
    { name: 'with its key and kid in the header', token: signToken({ ...own, jwk }, claimsPart, key) },
    { name: 'with the kid of an unknown key', token: signToken(own, claimsPart, key) },
    hmac('whose kid is the path of an empty file', '../../../../../../../../dev/null', ''),
    hmac('whose kid is SQL that selects the secret', "x' union select 'meatymusic' -- ", 'meatymusic'),
  ];
  const notMade = ['x5c and x5u'];
  if (isApiLocal) {
    const jku = await serveKeySet(shared, jwk);
    forgeries.push({
      name: 'with the address of its key set (jku)',
      token: signToken({ ...own, jku }, claimsPart, key),
    });
  } else notMade.push('jku, which the API could not fetch from this machine');
  return { forgeries, notMade };
}

function withClaims(
  { header, claims, key }: Subject,
  claim: string,
  wrong: [name: string, value: unknown][],
): Made {
  if (!key) return none(needsKey, ownKey);
  return {
    forgeries: wrong.map(([name, value]) => ({
      name,
      token: signToken(header, { ...claims, [claim]: value }, key.key),
    })),
  };
}

function none(reason: string, enable?: string): Made {
  return { forgeries: [], notMade: [reason], ...(enable ? { enable } : {}) };
}

/** The header as the accepted token has it. */
function encodePartOf({ token, header }: Subject): string {
  return token?.split('.')[0] ?? encodePart(header);
}

function changeFirst(text: string): string {
  return (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
}

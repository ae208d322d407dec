import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { SignJWT, UnsecuredJWT } from 'jose';
import type { SharedResources } from '../base/shared-resources.ts';
import type { TokenQuery } from '../check/probes.ts';
import type { ProbeAuth } from './context.ts';

/** Issuer that `up` gives to the API of a stack that it starts. */
export const defaultIssuer = 'https://auth.meatymusic.local';

/** Two fixed test tenants, and a user in each: the same ones in every run. */
const identities = {
  a: {
    sub: 'user_meatymusic_probe_a',
    tenant_id: '00000000-0000-4000-8000-00000000000a',
    email: 'probe-a@meatymusic.test',
  },
  b: {
    sub: 'user_meatymusic_probe_b',
    tenant_id: '00000000-0000-4000-8000-00000000000b',
    email: 'probe-b@meatymusic.test',
  },
} as const;

/**
 * Tokens for the authentication checks. What must be refused whoever checks it needs no key of the stack: a signature by
 * a key that nobody published, or none at all. A wrong issuer and a passed expiry say something only under a good signature.
 */
export async function createToken(
  { kind, tenant = 'a', claims: given }: TokenQuery,
  auth: ProbeAuth,
  nowMs: number,
  shared: SharedResources,
): Promise<{ available: boolean; token: string; enable?: string }> {
  const issuer = auth.issuer ?? defaultIssuer;
  const seconds = Math.floor(nowMs / 1000);
  const claims = { ...identities[tenant], ...(auth.audience ? { aud: auth.audience } : {}), ...given };
  if (kind === 'none-algorithm') {
    const token = new UnsecuredJWT(claims)
      .setIssuer(issuer)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + 600);
    return { available: true, token: token.encode() };
  }
  if (kind === 'valid' && !auth.signingKey) {
    if (given) return { available: false, token: '', enable: ownKey };
    return auth.token
      ? { available: true, token: auth.token }
      : { available: false, token: '', enable: enableFor(kind) };
  }
  // Without a key of the stack the others are made all the same: if one of them is let in, that is a finding.
  const trusted = kind !== 'bad-signature' && auth.signingKey !== undefined;
  const key = trusted
    ? createPrivateKey(auth.signingKey!.pem)
    : await shared.get('ids.stray-key', () => strayKey());
  const token = await new SignJWT(claims)
    .setProtectedHeader({
      alg: 'RS256',
      typ: 'JWT',
      ...(auth.signingKey?.keyId ? { kid: auth.signingKey.keyId } : {}),
    })
    .setIssuer(kind === 'wrong-issuer' ? `${issuer.replace(/\/$/, '')}.invalid` : issuer)
    .setIssuedAt(kind === 'expired' ? seconds - 7200 : seconds - 5)
    .setExpirationTime(kind === 'expired' ? seconds - 3600 : seconds + 600)
    .sign(key);
  if (trusted) auth.keepSecret?.(token.slice(token.lastIndexOf('.') + 1));
  return trusted || kind === 'bad-signature'
    ? { available: true, token }
    : { available: false, token, enable: enableFor(kind) };
}

/** Its making takes a few tenths of a second, beside the event loop. */
async function strayKey(): Promise<KeyObject> {
  return (await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })).privateKey;
}

const ownKey = "auth.signingKeyFile: PEM of an RS256 key that the API's JWKS holds";

function enableFor(kind: TokenQuery['kind']): string {
  return kind === 'valid' ? `auth.token: a token that the API accepts, or ${ownKey}` : ownKey;
}

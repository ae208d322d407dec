import type { IdsProbe, TokenQuery } from '../check/probes.ts';
import type { ProbeAuth } from './context.ts';
import { type DecodedToken, decodeToken, signToken } from './jws.ts';
import { algorithmFor, parseSigningKey, type SigningKey } from './signing-key.ts';

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

/** A token as it is accepted, or as it would look: what forgeries change one part of. */
export interface TokenTemplate extends Pick<DecodedToken, 'header' | 'claims'> {
  key?: SigningKey;
  /** The accepted token; absent: neither a key nor a token is configured. */
  token?: string;
}

/**
 * Returns the template of an accepted token. Header and claims are those of the configured token where it is a JWT; issuer,
 * audience and key ID of the configuration replace its own, and with a key the times are fresh.
 */
export function tokenTemplate(
  auth: ProbeAuth,
  nowMs: number,
  { tenant, claims }: Partial<TokenQuery> = {},
): TokenTemplate {
  const given = auth.token === undefined ? undefined : decodeToken(auth.token);
  const key = auth.signingKey && parseSigningKey(auth.signingKey.pem);
  if (!key && given) return { header: given.header, claims: given.claims, token: auth.token as string };
  const seconds = Math.floor(nowMs / 1000);
  const keyId = auth.signingKey?.keyId ?? given?.header.kid;
  const header = {
    typ: 'JWT',
    ...given?.header,
    alg: key ? algorithmFor(key, auth.signingKey?.algorithm, given?.header.alg) : 'RS256',
    ...(keyId === undefined ? {} : { kid: keyId }),
  };
  const made = {
    ...(given && !tenant ? given.claims : { ...given?.claims, ...identities[tenant ?? 'a'] }),
    iss: auth.issuer ?? given?.claims.iss ?? defaultIssuer,
    ...(auth.audience ? { aud: auth.audience } : {}),
    ...claims,
    iat: seconds - 5,
    exp: seconds + 600,
  };
  if (!key) return { header, claims: made, ...(auth.token ? { token: auth.token } : {}) };
  const token = signToken(header, made, key.key);
  auth.keepSecret?.(token.slice(token.lastIndexOf('.') + 1));
  return { header, claims: made, key, token };
}

/** Returns a token that the API accepts; claims can be replaced only where a key is configured. */
export function createToken(
  { tenant, claims }: TokenQuery,
  auth: ProbeAuth,
  nowMs: number,
): Awaited<ReturnType<IdsProbe['token']>> {
  const replaces = tenant === 'b' || claims !== undefined;
  const template = tokenTemplate(auth, nowMs, {
    ...(tenant ? { tenant } : {}),
    ...(claims ? { claims } : {}),
  });
  if (!template.key && replaces) return { available: false, token: '', enable: ownKey };
  if (!template.token) {
    return { available: false, token: '', enable: `auth.token: a token that the API accepts, or ${ownKey}` };
  }
  const exp = decodeToken(template.token)?.claims.exp;
  return { available: true, token: template.token, ...(typeof exp === 'number' ? { expiresAt: exp } : {}) };
}

/** The setting with which tokens can be signed. */
export const ownKey =
  "auth.signingKeyFile: PEM of a private key that the API's JWKS holds, or the secret that it shares";

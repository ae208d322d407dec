import { readFile } from 'node:fs/promises';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { ApiError } from './api-error.ts';
import type { Settings } from './settings.ts';

/** Caller, as verified by the identity provider. */
export interface Caller {
  /** ID of the user at the provider: `users.clerk_user_id`. */
  subject: string;
  tenantId: string;
  email: string | undefined;
  firstName: string | undefined;
  lastName: string | undefined;
}

const uuid = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;

/** Verifies bearer tokens: RS256 and nothing else, the issuer, the audience where one is set, and the times. */
export class Authenticator {
  readonly #settings: Settings['auth'];
  readonly #keys: JWTVerifyGetKey | undefined;

  private constructor(settings: Settings['auth'], keys: JWTVerifyGetKey | undefined) {
    this.#settings = settings;
    this.#keys = keys;
  }

  /** AUTH_JWKS_URL is fetched when first needed; AUTH_JWKS is the key set itself, its file, or its address. */
  static async create(settings: Settings['auth']): Promise<Authenticator> {
    return new Authenticator(settings, await keySet(settings));
  }

  /** Without keys every token is refused. */
  get configured(): boolean {
    return this.#keys !== undefined;
  }

  async verify(authorization: string | undefined): Promise<Caller> {
    if (!authorization) throw unauthorized('A bearer token is needed.');
    const token = /^Bearer +([\w~+/.-]+=*)$/i.exec(authorization)?.[1];
    if (!token) throw unauthorized('The Authorization header is not a bearer token.', 'invalid_request');
    if (!this.#keys) throw unauthorized('The token is not trusted here.', 'invalid_token');
    const { payload } = await this.#verified(token, this.#keys);
    const { sub: subject, tenant_id: tenantId } = payload;
    if (!subject) throw unauthorized('The token has no subject.', 'invalid_token');
    if (typeof tenantId !== 'string' || !uuid.test(tenantId)) {
      throw new ApiError(403, 'tenant_missing', 'The token names no tenant.');
    }
    return {
      subject,
      tenantId: tenantId.toLowerCase(),
      email: text(payload.email),
      firstName: text(payload.given_name),
      lastName: text(payload.family_name),
    };
  }

  async #verified(token: string, keys: JWTVerifyGetKey) {
    const { issuer, audience } = this.#settings;
    try {
      return await jwtVerify(token, keys, {
        issuer,
        ...(audience && { audience }),
        algorithms: ['RS256'],
        requiredClaims: ['exp', 'sub'],
        clockTolerance: 5,
      });
    } catch (thrown) {
      if (thrown instanceof errors.JWTExpired)
        throw unauthorized('The token has expired.', 'invalid_token', thrown);
      if (
        thrown instanceof errors.JWKSTimeout ||
        !(thrown instanceof errors.JOSEError) ||
        thrown.code === 'ERR_JOSE_GENERIC'
      ) {
        throw new ApiError(503, 'unavailable', 'Tokens cannot be verified at the moment.', { cause: thrown });
      }
      throw unauthorized('The token is not valid.', 'invalid_token', thrown);
    }
  }
}

async function keySet({ jwks, jwksUrl }: Settings['auth']): Promise<JWTVerifyGetKey | undefined> {
  const address = jwksUrl ?? (jwks && /^https?:/i.test(jwks) ? jwks : undefined);
  if (address)
    return createRemoteJWKSet(new URL(address), { timeoutDuration: 2_000, cooldownDuration: 5_000 });
  if (!jwks) return undefined;
  const source = jwks.startsWith('{') ? jwks : await readFile(jwks, 'utf8');
  return createLocalJWKSet(JSON.parse(source) as JSONWebKeySet);
}

function unauthorized(message: string, reason?: string, cause?: unknown): ApiError {
  const challenge = `Bearer realm="meatymusic"${reason ? `, error="${reason}"` : ''}`;
  return new ApiError(401, 'unauthorized', message, { headers: { 'www-authenticate': challenge }, cause });
}

function text(claim: unknown): string | undefined {
  return typeof claim === 'string' && claim.length > 0 && claim.length <= 255 ? claim : undefined;
}

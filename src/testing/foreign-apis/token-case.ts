/** What the rows of the tables of tokens are made of. */
import type { ProbeAuth } from '../../probes/context.ts';
import { createToken } from '../../probes/ids-token.ts';
import { type Endpoint, type Guard, type Listener, load, onExpress, onHono } from './serve.ts';
import * as tokens from './tokens.ts';

const { audience, issuer, keys } = tokens;

export const tokenChecks = [
  'valid-token',
  'no-token',
  'bad-signature',
  'none-algorithm',
  'public-key-as-secret',
  'foreign-key',
  'wrong-issuer',
  'wrong-audience',
  'expired',
  'not-yet-valid',
] as const;

export type TokenCheck = (typeof tokenChecks)[number];
/** `pass`, `skip`, or the code of a failure. */
export type Verdicts<Check extends string> = Partial<Record<Check, string>>;

export interface TokenCase {
  name: string;
  api: Listener | Promise<Listener>;
  auth: ProbeAuth;
  options?: Record<string, unknown>;
  /** Options of `valid-token` alone. */
  validOptions?: Record<string, unknown>;
  /** Of every check that `but` does not name. */
  verdict: string;
  but?: Verdicts<TokenCheck>;
}

export const base = { issuer, audience };
export const withKey: ProbeAuth = { ...base, signingKey: keys.rsa };
export const withSecret = (secret: string): ProbeAuth => ({ ...base, signingKey: { pem: secret } });
export const tokenOf = (auth: ProbeAuth, nowMs = Date.now()) =>
  createToken({ kind: 'valid' }, auth, nowMs).token;
export const tokenAlone: ProbeAuth = { token: tokenOf(withKey) };

export const pass = 'pass';
export const skip = 'skip';
const ofClaims = { 'wrong-issuer': skip, 'wrong-audience': skip, expired: skip, 'not-yet-valid': skip };
export const withoutKey = { ...ofClaims, 'public-key-as-secret': skip };
export const accepted = (...checks: TokenCheck[]) =>
  Object.fromEntries(checks.map((check) => [check, 'accepted']));

export const express = (
  name: string,
  guard: Guard,
  but: Verdicts<TokenCheck> = {},
  more: Partial<TokenCase> & { endpoint?: Endpoint } = {},
): TokenCase => ({
  name,
  api: onExpress(guard, more.endpoint),
  auth: withKey,
  verdict: pass,
  but,
  ...more,
});

export const honoJwt = (options: object) => onHono(load('hono/jwt').jwt(options));
export const refusals = (status: number) => ({ options: { status } });

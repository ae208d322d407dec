/** APIs of other authors, each with the true verdict of every check of auth. */
import type { ProbeAuth } from '../../probes/context.ts';
import { createToken } from '../../probes/ids-token.ts';
import {
  type Endpoint,
  type Guard,
  type Listener,
  load,
  onExpress,
  onFastify,
  onHono,
  onKoa,
  onNest,
} from './serve.ts';
import * as tokens from './tokens.ts';

const { audience, byJose, byJsonwebtoken, issuer, keys, refusingWith, strongSecret } = tokens;

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

const base = { issuer, audience };
const withKey: ProbeAuth = { ...base, signingKey: keys.rsa };
const withSecret = (secret: string): ProbeAuth => ({ ...base, signingKey: { pem: secret } });
const tokenOf = (auth: ProbeAuth, nowMs = Date.now()) => createToken({ kind: 'valid' }, auth, nowMs).token;
const tokenAlone: ProbeAuth = { token: tokenOf(withKey) };

const pass = 'pass';
const skip = 'skip';
const ofClaims = { 'wrong-issuer': skip, 'wrong-audience': skip, expired: skip, 'not-yet-valid': skip };
const withoutKey = { ...ofClaims, 'public-key-as-secret': skip };
const accepted = (...checks: TokenCheck[]) => Object.fromEntries(checks.map((check) => [check, 'accepted']));

const express = (
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

const honoJwt = (options: object) => onHono(load('hono/jwt').jwt(options));
const refusals = (status: number) => ({ options: { status } });

export const tokenTable: TokenCase[] = [
  // Right ones.
  express('Express with jsonwebtoken, RS256', byJsonwebtoken()),
  express(
    'Express with jose, PS256',
    byJose('PS256', keys.rsa.publicKey),
    {},
    { auth: { ...base, signingKey: { ...keys.rsa, algorithm: 'PS256' } } },
  ),
  {
    name: 'Fastify with jose, ES256',
    api: onFastify(byJose('ES256', keys.ec.publicKey)),
    auth: { ...base, signingKey: keys.ec },
    verdict: pass,
  },
  {
    name: 'NestJS with jose, EdDSA',
    api: onNest(byJose('EdDSA', keys.ed.publicKey)),
    auth: { ...base, signingKey: keys.ed },
    verdict: pass,
  },
  { name: 'Koa with jsonwebtoken, RS256', api: onKoa(byJsonwebtoken()), auth: withKey, verdict: pass },
  {
    name: 'Hono with its jwt, RS256',
    api: honoJwt({ secret: tokens.publicPem, alg: 'RS256', verification: { iss: issuer, aud: audience } }),
    auth: withKey,
    verdict: pass,
  },
  express(
    'a shared secret of 32 characters',
    byJsonwebtoken({ algorithms: ['HS256'] }, strongSecret),
    { 'public-key-as-secret': skip },
    { auth: withSecret(strongSecret) },
  ),
  express('a token and no key', byJsonwebtoken(), withoutKey, { auth: tokenAlone }),
  express('refusals with 403, as configured', refusingWith({ status: 403 }), {}, refusals(403)),
  express(
    '403 for rights that the token lacks, as configured',
    tokens.withoutScope,
    {},
    { validOptions: { accepts: 403 } },
  ),
  {
    name: 'Koa redirects to its login',
    api: onKoa(refusingWith({ status: 302, headers: { location: '/login?next=/me' } })),
    auth: withKey,
    verdict: pass,
  },
  express(
    'a redirect to a login of another host',
    refusingWith({ status: 307, headers: { location: 'https://accounts.example.test/' } }),
  ),
  express('404 instead of 401, as configured', refusingWith({ status: 404 }), {}, refusals(404)),
  express(
    'POST with a body',
    byJsonwebtoken(),
    {},
    {
      endpoint: { method: 'POST', emptyBody: 422 },
      options: { method: 'POST', body: '{"title":"Song"}' },
    },
  ),
  express(
    'an opaque token',
    tokens.knowsOpaqueToken,
    { ...withoutKey, 'none-algorithm': skip, 'foreign-key': skip },
    { auth: { token: tokens.opaqueToken } },
  ),

  // Refusals and answers that need another name.
  express('403 for every refusal', refusingWith({ status: 403 }), { 'no-token': 'wrong-status' }),
  express(
    'POST whose body is not sent',
    byJsonwebtoken(),
    { 'valid-token': 'wrong-status' },
    {
      endpoint: { method: 'POST', emptyBody: 422 },
      options: { method: 'POST' },
    },
  ),
  express(
    'GET of a path that has POST alone',
    byJsonwebtoken(),
    { 'valid-token': 'no-endpoint', 'no-token': 'no-endpoint' },
    { endpoint: { method: 'POST' }, verdict: skip },
  ),
  express(
    'a path that is not there',
    byJsonwebtoken(),
    { 'valid-token': 'no-endpoint', 'no-token': 'no-endpoint' },
    { options: { path: 'nowhere' }, verdict: skip },
  ),
  express(
    'a redirect that is no login',
    refusingWith({ status: 302, headers: { location: '/v2/me' } }),
    { 'no-token': 'redirected' },
    { verdict: skip, but: { 'valid-token': pass, 'no-token': 'redirected' } },
  ),
  express('rights that the token lacks', tokens.withoutScope, { 'valid-token': 'insufficient-scope' }),
  express('429 for all', () => ({ status: 429 }), {}, { verdict: 'rate-limited' }),
  express(
    '503 for all',
    () => ({ status: 503 }),
    {},
    { verdict: skip, but: { 'valid-token': 'not-judged', 'no-token': 'not-judged' } },
  ),
  express(
    'no answer in time',
    () => new Promise(() => {}),
    {},
    { verdict: 'timeout', options: { withinMs: 150 } },
  ),
  express(
    'a key set that is away',
    tokens.keySetAway,
    {},
    { verdict: skip, but: { 'valid-token': 'refused' } },
  ),
  express(
    'a key set that is away, answered with 503',
    refusingWith({ status: 503 }, tokens.keySetAway),
    {},
    { verdict: skip, but: { 'valid-token': 'not-judged', 'no-token': 'not-judged' } },
  ),
  express('an unknown kid ends with 503', tokens.refreshesKeySet, {
    'none-algorithm': 'not-judged',
    'foreign-key': 'not-judged',
  }),
  express(
    'a configured token that has expired',
    byJsonwebtoken(),
    {},
    {
      auth: { token: tokenOf(withKey, Date.now() - 7_200_000) },
      verdict: skip,
      but: { 'valid-token': 'token-expired' },
    },
  ),
  express(
    'every token refused',
    () => ({ status: 401 }),
    {},
    { verdict: skip, but: { 'valid-token': 'refused' } },
  ),
  express('every token refused, none configured', () => ({ status: 401 }), {}, { auth: {}, verdict: skip }),

  // Wrong ones.
  express(
    'a public endpoint',
    () => ({ status: 200 }),
    {},
    { verdict: skip, but: { 'valid-token': pass, 'no-token': 'accepted' } },
  ),
  express(
    'any Authorization header',
    tokens.wantsAnyHeader,
    {},
    { verdict: 'accepted', but: { 'valid-token': pass, 'no-token': pass } },
  ),
  express(
    'tokens are decoded alone; a token and no key',
    tokens.decodesOnly,
    { ...withoutKey, ...accepted('bad-signature', 'none-algorithm', 'foreign-key') },
    { auth: tokenAlone },
  ),
  express(
    'tokens are decoded alone; nothing configured',
    tokens.decodesOnly,
    {},
    {
      auth: { issuer },
      verdict: skip,
      but: accepted('bad-signature', 'none-algorithm', 'foreign-key'),
    },
  ),
  express(
    'alg none where a kid is there',
    tokens.trustsUnsigned(({ alg, kid }) => alg === 'none' && kid !== undefined),
    accepted('none-algorithm'),
  ),
  express(
    'alg none without kid',
    tokens.trustsUnsigned(({ alg, kid }) => alg === 'none' && kid === undefined),
    accepted('none-algorithm'),
    { auth: tokenAlone, but: { ...withoutKey, ...accepted('none-algorithm') } },
  ),
  express(
    'every spelling of none but one',
    tokens.trustsUnsigned(({ alg }) => alg !== 'none' && alg?.toLowerCase() === 'none'),
    accepted('none-algorithm'),
  ),
  {
    name: 'Fastify takes the public key as a secret',
    api: onFastify(tokens.confusesKeys),
    auth: withKey,
    verdict: pass,
    but: accepted('public-key-as-secret'),
  },
  {
    name: 'NestJS trusts the key in the header',
    api: onNest(tokens.trustsEmbeddedKey),
    auth: withKey,
    verdict: pass,
    but: accepted('foreign-key'),
  },
  express('the named key set is fetched', tokens.fetchesNamedKeySet, accepted('foreign-key')),
  express('the kid is the name of a file', tokens.readsKeyFile, accepted('foreign-key')),
  {
    name: 'Koa takes any audience',
    api: onKoa(byJsonwebtoken({ audience: undefined })),
    auth: withKey,
    verdict: pass,
    but: accepted('wrong-audience'),
  },
  express('any issuer', byJsonwebtoken({ issuer: undefined }), accepted('wrong-issuer')),
  express('an issuer is compared by its beginning', tokens.comparesIssuerByPrefix, accepted('wrong-issuer')),
  {
    name: 'NestJS ignores the expiry',
    api: onNest(byJsonwebtoken({ ignoreExpiration: true })),
    auth: withKey,
    verdict: pass,
    but: accepted('expired'),
  },
  express('nbf is ignored', byJsonwebtoken({ ignoreNotBefore: true }), accepted('not-yet-valid')),
  express(
    'the secret of a tutorial',
    byJsonwebtoken({ algorithms: ['HS256'] }, 'secret'),
    { 'public-key-as-secret': skip, ...accepted('bad-signature') },
    { auth: withSecret('secret') },
  ),
  {
    name: 'Hono with its jwt and a shared secret, no claims',
    api: honoJwt({ secret: strongSecret, alg: 'HS256' }),
    auth: withSecret(strongSecret),
    verdict: pass,
    but: { 'public-key-as-secret': skip, ...accepted('wrong-issuer', 'wrong-audience') },
  },
];

/** APIs that verify tokens as they should, some in ways that need another name than a failure of the claim. */
import { onFastify, onKoa, onNest } from './serve.ts';
import {
  base,
  express,
  honoJwt,
  pass,
  refusals,
  skip,
  type TokenCase,
  tokenAlone,
  tokenOf,
  withKey,
  withoutKey,
  withSecret,
} from './token-case.ts';
import * as tokens from './tokens.ts';

const { audience, byJose, byJsonwebtoken, issuer, keys, refusingWith, strongSecret } = tokens;

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
];

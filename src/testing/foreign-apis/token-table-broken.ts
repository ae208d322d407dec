/** APIs that trust tokens which they must refuse, each with the true verdict of every check of auth. */
import { onFastify, onKoa, onNest } from './serve.ts';
import {
  accepted,
  express,
  honoJwt,
  pass,
  skip,
  type TokenCase,
  tokenAlone,
  withKey,
  withoutKey,
  withSecret,
} from './token-case.ts';
import * as tokens from './tokens.ts';

const { byJsonwebtoken, issuer, strongSecret } = tokens;

export const brokenTokenTable: TokenCase[] = [
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

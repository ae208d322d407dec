import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createRequire } from 'node:module';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import { createSharedResources } from '../base/shared-resources.ts';
import type { ForgeryKind } from '../check/probes.ts';
import type { ProbeAuth } from './context.ts';
import { createForgeries as createAllForgeries } from './forgeries.ts';
import { createToken, defaultIssuer } from './ids-token.ts';
import { decodeToken } from './jws.ts';

const jsonwebtoken = createRequire(import.meta.url)('jsonwebtoken');
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const auth = { signingKey: { pem, keyId: 'k1' }, audience: 'meatymusic' };
const now = Date.now();
const shared = createSharedResources();
afterAll(() => shared.close());

const createForgeries = (kind: ForgeryKind, given: ProbeAuth, jwks?: string) =>
  createAllForgeries(
    { kind, ...(jwks ? { jwks } : {}) },
    { auth: given, nowMs: now, shared, isApiLocal: true },
  );
const verify = (token: string, key: KeyObject = publicKey, algorithms = ['RS256']) =>
  jwtVerify(token, key, { issuer: defaultIssuer, audience: 'meatymusic', algorithms });
const valid = (given: ProbeAuth) => createToken({ kind: 'valid' }, given, now).token;

describe('the accepted token', () => {
  test('verifies, names its tenant and its key', async () => {
    const { available, token } = createToken({ kind: 'valid', tenant: 'b' }, auth, now);
    expect(available).toBe(true);
    expect((await verify(token)).payload.tenant_id).toMatch(/b$/);
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', kid: 'k1' });
  });

  test('its signature is kept as a secret, and so are those of forged tokens', async () => {
    const secrets: string[] = [];
    const keeping = { ...auth, keepSecret: (signature: string) => secrets.push(signature) };
    const token = valid(keeping);
    expect(secrets).toEqual([token.split('.')[2]]);
    const { forgeries } = await createForgeries('audience', keeping);
    expect(secrets).toEqual(expect.arrayContaining(forgeries.map((each) => each.token.split('.')[2])));
  });

  test('claims are replaced in a token that is made here, and nowhere else', async () => {
    const query = { kind: 'valid', claims: { sub: 'another', tenant_id: 'theirs' } } as const;
    const { token } = createToken(query, auth, now);
    expect((await verify(token)).payload).toMatchObject({ sub: 'another', tenant_id: 'theirs' });
    expect(createToken(query, { token: 'given' }, now)).toEqual({
      available: false,
      token: '',
      enable: expect.stringContaining('auth.signingKeyFile'),
    });
  });

  test('without a key it is the configured token, with its expiry; without both there is none', () => {
    expect(createToken({ kind: 'valid' }, { token: 'given' }, now)).toEqual({
      available: true,
      token: 'given',
    });
    const token = valid(auth);
    const expiresAt = decodeJwt(token).exp;
    expect(createToken({ kind: 'valid' }, { token }, now)).toEqual({ available: true, token, expiresAt });
    expect(createToken({ kind: 'valid' }, {}, now)).toMatchObject({ available: false, token: '' });
  });

  test('with a key and a token, it has the claims of that token and fresh times', async () => {
    const old = createToken(
      { kind: 'valid', claims: { scope: 'songs:read', sub: 'own' } },
      auth,
      now - 9e6,
    ).token;
    const { payload } = await verify(valid({ ...auth, token: old }));
    expect(payload).toMatchObject({ scope: 'songs:read', sub: 'own', iat: Math.floor(now / 1000) - 5 });
  });

  test.each([
    ['rsa', {}, undefined, 'RS256'],
    ['rsa', {}, 'PS256', 'PS256'],
    [
      'rsa-pss',
      { modulusLength: 1024, hashAlgorithm: 'sha384', mgf1HashAlgorithm: 'sha384' },
      undefined,
      'PS384',
    ],
    ['ec', { namedCurve: 'P-256' }, undefined, 'ES256'],
    ['ec', { namedCurve: 'P-384' }, undefined, 'ES384'],
    ['ec', { namedCurve: 'P-521' }, undefined, 'ES512'],
    ['ed25519', {}, undefined, 'EdDSA'],
  ])(
    'a key of the type %s %j signs with the algorithm of its type (%s)',
    async (type, options, algorithm, found) => {
      const pair: { privateKey: KeyObject; publicKey: KeyObject } =
        type === 'rsa'
          ? { privateKey, publicKey }
          : generateKeyPairSync(type as 'rsa', options as { modulusLength: number });
      const own = String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
      const token = valid({
        audience: 'meatymusic',
        signingKey: { pem: own, ...(algorithm && { algorithm }) },
      });
      expect(decodeProtectedHeader(token).alg).toBe(found);
      // Each of the two libraries lacks one of the types.
      if (type !== 'rsa-pss') await expect(verify(token, pair.publicKey, [found])).resolves.toBeDefined();
      else expect(jsonwebtoken.verify(token, pair.publicKey, { algorithms: [found] })).toBeDefined();
    },
  );

  test('a file without PEM is a shared secret', async () => {
    const token = valid({
      audience: 'meatymusic',
      signingKey: { pem: 'a very long shared secret of ours\n' },
    });
    const secret = createSecretKey('a very long shared secret of ours', 'utf8');
    await expect(verify(token, secret, ['HS256'])).resolves.toBeDefined();
  });
});

describe('a forged token', () => {
  test.each([
    ['signature', 4],
    ['none-algorithm', 9],
    ['public-key-as-secret', 7],
    ['key-of-the-sender', 6],
  ] as const)('of the kind %s keeps the claims of the accepted token', async (kind, count) => {
    const token = valid(auth);
    const { forgeries, accepted } = await createForgeries(
      kind,
      kind === 'public-key-as-secret' ? auth : { token },
    );
    const claims = decodeJwt(token);
    expect(forgeries).toHaveLength(count);
    expect(decodeJwt(accepted as string)).toEqual(claims);
    for (const { name, token: forged } of forgeries) {
      const changed = name.includes('changed claims') ? { ...claims, exp: expect.any(Number) } : claims;
      expect(decodeToken(forged)?.claims, name).toEqual(changed);
      await expect(verify(forged), name).rejects.toThrow();
    }
  });

  test('of the algorithm none has every spelling, with and without kid', async () => {
    const { forgeries } = await createForgeries('none-algorithm', { token: valid(auth) });
    const headers = forgeries.map(({ token }) => decodeToken(token)?.header);
    expect(headers.slice(0, 8).map((header) => [header?.alg, header?.kid])).toEqual([
      ...['none', 'None', 'NONE', 'nOnE'].map((alg) => [alg, 'k1']),
      ...['none', 'None', 'NONE', 'nOnE'].map((alg) => [alg, undefined]),
    ]);
    expect(forgeries.slice(0, 8).every(({ token }) => token.endsWith('.'))).toBe(true);
  });

  test.each([
    ['issuer', 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['audience', 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['expired', 'ERR_JWT_EXPIRED'],
    ['not-yet-valid', 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
  ] as const)('of the kind %s has that one fault under a good signature', async (kind, code) => {
    const { forgeries, accepted } = await createForgeries(kind, auth);
    const claims = decodeJwt(accepted as string);
    for (const { token, name } of forgeries) {
      await expect(verify(token), name).rejects.toMatchObject({ code });
      const forged: Record<string, unknown> = decodeJwt(token);
      const differing = Object.keys({ ...forged, ...claims }).filter((key) => forged[key] !== claims[key]);
      expect(differing, name).toHaveLength(1);
    }
  });

  test.each(['issuer', 'audience', 'expired', 'not-yet-valid'] as const)(
    'of the kind %s is not made without the key',
    async (kind) => {
      const made = await createForgeries(kind, { token: valid(auth) });
      expect(made).toMatchObject({ forgeries: [], enable: expect.stringContaining('auth.signingKeyFile') });
    },
  );

  test('without issuer or audience in the accepted token, none is made', async () => {
    const own = { signingKey: auth.signingKey };
    expect(await createForgeries('audience', own)).toMatchObject({ forgeries: [], enable: 'auth.audience' });
  });

  test('by a guessable secret is made only where the accepted token has one', async () => {
    const names = async (secret: string) =>
      (await createForgeries('signature', { token: valid({ signingKey: { pem: secret } }) })).forgeries.map(
        ({ name }) => name,
      );
    expect(await names('secret')).toContain('signed with a secret that everyone can guess');
    expect(await names('another-that-is-in-no-list')).not.toContain(
      'signed with a secret that everyone can guess',
    );
  });

  test('by the public key takes it from the key set of the API', async () => {
    const jwks = JSON.stringify({
      keys: [
        null,
        { kty: 'oct', kid: 'k1' },
        { kty: 'RSA', kid: 'k1' },
        { ...publicKey.export({ format: 'jwk' }), kid: 'k1' },
      ],
    });
    const { forgeries } = await createForgeries('public-key-as-secret', { token: valid(auth) }, jwks);
    const secret = createSecretKey(Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })));
    await expect(verify(forgeries[0]?.token ?? '', secret, ['HS256'])).resolves.toBeDefined();
    expect(await createForgeries('public-key-as-secret', { token: valid(auth) })).toMatchObject({
      forgeries: [],
      enable: expect.stringContaining('jwks'),
    });
  });

  test('names the key set that serves its key (jku)', async () => {
    const { forgeries } = await createForgeries('key-of-the-sender', { token: valid(auth) });
    const token = forgeries.find(({ name }) => name.includes('jku'))?.token ?? '';
    const { jku, kid } = decodeProtectedHeader(token);
    const { keys } = (await (await fetch(jku as string)).json()) as { keys: { kid: string }[] };
    expect(keys.map((key) => key.kid)).toEqual([kid]);
  });

  test('of an opaque token is that token, changed', async () => {
    const { forgeries, notMade } = await createForgeries('signature', { token: 'opaque-token' });
    expect(forgeries.map(({ token }) => token)).toEqual(['opaqueAtoken', 'opaque']);
    expect(notMade).toHaveLength(1);
    expect(await createForgeries('none-algorithm', { token: 'opaque-token' })).toMatchObject({
      forgeries: [],
    });
  });

  test('is made up where nothing is configured', async () => {
    const made = await createForgeries('signature', {});
    expect(made.accepted).toBeUndefined();
    expect(made.forgeries.length).toBeGreaterThan(2);
  });
});

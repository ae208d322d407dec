import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { createSharedResources } from '../base/shared-resources.ts';
import type { TokenQuery } from '../check/probes.ts';
import type { ProbeAuth } from './context.ts';
import { createToken as createSharedToken, defaultIssuer } from './ids-token.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const auth = { signingKey: { pem, keyId: 'k1' }, audience: 'meatymusic' };
const now = Date.now();
const shared = createSharedResources();
const createToken = (query: TokenQuery, given: ProbeAuth, nowMs: number) =>
  createSharedToken(query, given, nowMs, shared);
const verify = (token: string) =>
  jwtVerify(token, publicKey, { issuer: defaultIssuer, audience: 'meatymusic', algorithms: ['RS256'] });

test('a valid token verifies, names its tenant and its key', async () => {
  const { available, token } = await createToken({ kind: 'valid', tenant: 'b' }, auth, now);
  expect(available).toBe(true);
  expect((await verify(token)).payload.tenant_id).toMatch(/b$/);
  expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', kid: 'k1' });
});

test('the signature of a token that the API accepts is told as a secret', async () => {
  const secrets: string[] = [];
  const telling = { ...auth, keepSecret: (signature: string) => secrets.push(signature) };
  const { token } = await createToken({ kind: 'valid' }, telling, now);
  await createToken({ kind: 'bad-signature' }, telling, now);
  expect(secrets).toEqual([token.split('.')[2]]);
});

test('claims are replaced in a token that is made here, and nowhere else', async () => {
  const query = { kind: 'valid', claims: { sub: 'somebody', tenant_id: 'theirs' } } as const;
  const { token } = await createToken(query, auth, now);
  expect((await verify(token)).payload).toMatchObject({ sub: 'somebody', tenant_id: 'theirs' });
  expect(await createToken(query, { token: 'given' }, now)).toEqual({
    available: false,
    token: '',
    enable: expect.stringContaining('auth.signingKeyFile'),
  });
});

test.each([
  ['bad-signature', 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
  ['wrong-issuer', 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
  ['expired', 'ERR_JWT_EXPIRED'],
] as const)('%s has that one fault and no other', async (kind, code) => {
  const { available, token } = await createToken({ kind }, auth, now);
  expect(available).toBe(true);
  await expect(verify(token)).rejects.toMatchObject({ code });
});

test('the algorithm none has no signature', async () => {
  const { token } = await createToken({ kind: 'none-algorithm' }, auth, now);
  expect(decodeProtectedHeader(token).alg).toBe('none');
  expect(token.endsWith('.')).toBe(true);
});

test('without a key: negative tokens by a key that nobody trusts, marked as such; the configured token for the valid one', async () => {
  for (const kind of ['wrong-issuer', 'expired'] as const) {
    const { available, token, enable } = await createToken({ kind }, {}, now);
    expect([available, enable]).toEqual([false, expect.stringContaining('auth.signingKeyFile')]);
    expect(decodeJwt(token).sub).toBeDefined();
  }
  expect(await createToken({ kind: 'valid' }, { token: 'given' }, now)).toEqual({
    available: true,
    token: 'given',
  });
  expect(await createToken({ kind: 'valid' }, {}, now)).toMatchObject({ available: false, token: '' });
  expect((await createToken({ kind: 'bad-signature' }, {}, now)).available).toBe(true);
});

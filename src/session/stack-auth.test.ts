import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Project } from '../config/project.ts';
import type { Runtime } from '../runners/runtime.ts';
import { authOf } from './stack-auth.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'meatymusic-auth-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));

function read(text: string, auth: object = {}) {
  writeFileSync(path.join(root, 'key.pem'), text);
  const config = { auth: { signingKeyFile: 'key.pem', ...auth } };
  const project = { config, root, redact: Object.assign((each: string) => each, { add: () => {} }) };
  return authOf(project as unknown as Project, { name: 'external' } as Runtime);
}

test('the key of an external stack is read with its ID and its algorithm', () => {
  expect(read(pem, { keyId: 'k1', algorithm: 'ES256' }).signingKey).toEqual({
    pem,
    keyId: 'k1',
    algorithm: 'ES256',
  });
  expect(read(pem)).not.toHaveProperty('audience');
});

test.each([
  [
    'a public key',
    String(publicKey.export({ type: 'spki', format: 'pem' })),
    {},
    /key\.pem\) holds a public key/,
  ],
  ['an algorithm of another key', pem, { algorithm: 'RS256' }, /cannot sign with auth\.algorithm RS256/],
])('%s is an error of the configuration (78)', (_, text, auth, message) => {
  expect(() => read(text, auth)).toThrow(
    expect.objectContaining({ exitCode: 78, message: expect.stringMatching(message) }),
  );
});

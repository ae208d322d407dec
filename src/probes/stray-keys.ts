import { createPublicKey, createSecretKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import type { SharedResources } from '../base/shared-resources.ts';

const generate = promisify(generateKeyPair) as (
  type: string,
  options: object,
) => Promise<{ privateKey: KeyObject }>;

const curves: Record<string, string> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  ES256K: 'secp256k1',
};

/** Returns a key for this algorithm that no API trusts: one for the whole run. */
export function strayKey(shared: SharedResources, algorithm: string): Promise<KeyObject> {
  return shared.get(`ids.stray-key.${algorithm}`, () => createStrayKey(algorithm));
}

async function createStrayKey(algorithm: string): Promise<KeyObject> {
  if (algorithm.startsWith('HS')) return createSecretKey(randomBytes(64));
  const namedCurve = curves[algorithm];
  if (namedCurve) return (await generate('ec', { namedCurve })).privateKey;
  if (algorithm.startsWith('Ed')) return (await generate('ed25519', {})).privateKey;
  // Takes a few tenths of a second, beside the event loop.
  return (await generate('rsa', { modulusLength: 2048 })).privateKey;
}

/** Returns the public half of a key as a JWK with this ID. */
export function publicJwk(key: KeyObject, keyId: string): Record<string, unknown> {
  return { ...createPublicKey(key).export({ format: 'jwk' }), kid: keyId, use: 'sig' };
}

/** Resolves to the address of a key set with this key, on 127.0.0.1 until the end of the run. */
export async function serveKeySet(shared: SharedResources, jwk: Record<string, unknown>): Promise<string> {
  const listening = shared.get(
    'ids.stray-key-set',
    () => listen(JSON.stringify({ keys: [jwk] })),
    async (server) => {
      const { closeAllConnections, close } = await server;
      closeAllConnections.call(await server);
      close.call(await server);
    },
  );
  return `http://127.0.0.1:${((await listening).address() as AddressInfo).port}/jwks.json`;
}

function listen(body: string): Promise<Server> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(body);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      server.unref();
      resolve(server);
    });
  });
}

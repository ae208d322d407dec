/** SCRAM-SHA-256 (RFC 5802, RFC 7677) as PostgreSQL uses it, without channel binding. */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

const iterations = 4096;
/** What a client of the other side sends as its base64 header of channel binding: `n,,` or `y,,`. */
const headers = /^([ny],(?:a=[^,]*)?,)(n=[^,]*,r=([\x21-\x2b\x2d-\x7e]+))$/;

/** The keys of a password; a server needs neither the password nor the salted one. */
export interface ScramKeys {
  salt: Buffer;
  storedKey: Buffer;
  serverKey: Buffer;
}

/** One login at the server. Each method returns the next message, or `undefined` where the client's is refused. */
export interface ScramLogin {
  first(clientFirst: string): string | undefined;
  final(clientFinal: string): string | undefined;
}

export function deriveScramKeys(password: string, salt = randomBytes(16)): ScramKeys {
  const { clientKey, serverKey } = keysOf(password, salt, iterations);
  return { salt, storedKey: hash(clientKey), serverKey };
}

export function createScramLogin({ salt, storedKey, serverKey }: ScramKeys): ScramLogin {
  let header = '';
  let nonce = '';
  let transcript = '';
  return {
    first(clientFirst) {
      const [, clientHeader, bare, clientNonce] = headers.exec(clientFirst) ?? [];
      if (!clientHeader || !bare) return undefined;
      header = Buffer.from(clientHeader).toString('base64');
      nonce = `${clientNonce}${randomBytes(18).toString('base64')}`;
      const serverFirst = `r=${nonce},s=${salt.toString('base64')},i=${iterations}`;
      transcript = `${bare},${serverFirst}`;
      return serverFirst;
    },
    final(clientFinal) {
      const unproven = `c=${header},r=${nonce}`;
      const proof = Buffer.from(clientFinal.slice(unproven.length + 3), 'base64');
      if (clientFinal.slice(0, unproven.length + 3) !== `${unproven},p=`) return undefined;
      const signed = `${transcript},${unproven}`;
      if (proof.length !== storedKey.length) return undefined;
      const clientKey = xor(proof, hmac(storedKey, signed));
      if (!timingSafeEqual(hash(clientKey), storedKey)) return undefined;
      return `v=${hmac(serverKey, signed).toString('base64')}`;
    },
  };
}

/** The client's side: its first message, then its final one and what the server must answer to it. */
export function createScramClient(password: string) {
  const clientNonce = randomBytes(18).toString('base64');
  const bare = `n=,r=${clientNonce}`;
  return {
    first: `n,,${bare}`,
    final(serverFirst: string): { message: string; expected: string } {
      const [, nonce = '', salt = '', count = ''] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(serverFirst) ?? [];
      if (!nonce.startsWith(clientNonce)) throw new Error('it does not speak SCRAM-SHA-256');
      const { clientKey, serverKey } = keysOf(password, Buffer.from(salt, 'base64'), Number(count));
      const unproven = `c=biws,r=${nonce}`;
      const signed = `${bare},${serverFirst},${unproven}`;
      const proof = xor(clientKey, hmac(hash(clientKey), signed)).toString('base64');
      return {
        message: `${unproven},p=${proof}`,
        expected: `v=${hmac(serverKey, signed).toString('base64')}`,
      };
    },
  };
}

function keysOf(password: string, salt: Buffer, count: number) {
  const salted = pbkdf2Sync(password, salt, count, 32, 'sha256');
  return { clientKey: hmac(salted, 'Client Key'), serverKey: hmac(salted, 'Server Key') };
}

const hash = (data: Buffer) => createHash('sha256').update(data).digest();
const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const xor = (a: Buffer, b: Buffer) => Buffer.from(a.map((byte, index) => byte ^ (b[index] as number)));

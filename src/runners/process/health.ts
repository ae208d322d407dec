import { request } from 'node:http';
import { connect } from 'node:net';
import { query, saslInitialResponse, saslResponse, startupMessage } from '../../pglite/frames.ts';
import { createScramClient } from '../../pglite/scram.ts';
import type { Ready } from './plan.ts';

/** The questions that are asked over a connection. */
export type NetworkReady = Extract<Ready, { kind: 'http' | 'postgres' | 'redis' | 'port' }>;

/** Where a service listens. */
export interface Address {
  host: string;
  port: number;
}

/** Returns the next thing to send, or `undefined` while the answer to the last one is incomplete. */
type Step = (answer: string) => string | undefined;

/** Resolves when the service at this address answers as it should, and rejects with why not. */
export function askHealth(ready: NetworkReady, address: Address, withinMs: number): Promise<void> {
  switch (ready.kind) {
    case 'http':
      return askHttp(ready, address, withinMs);
    case 'port':
      return converse(address, withinMs, [() => '']);
    case 'redis':
      return converse(address, withinMs, redisSteps(ready));
    case 'postgres':
      return converse(address, withinMs, postgresSteps(ready));
  }
}

function askHttp(
  { path, json, accepts }: Extract<Ready, { kind: 'http' }>,
  { host, port }: Address,
  withinMs: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const method = json === undefined ? 'GET' : 'POST';
    const headers = json === undefined ? {} : { 'content-type': 'application/json' };
    const limit = accepts === 'success' ? 400 : 500;
    const call = request({ host, port, path, method, headers, agent: false }, (response) => {
      response.resume();
      const { statusCode = 500 } = response;
      if (statusCode < limit) resolve();
      else reject(new Error(`${method} ${path} answered ${statusCode}`));
      call.destroy();
    });
    const late = `${method} ${path}: no answer within ${withinMs} ms`;
    call.setTimeout(withinMs, () => call.destroy(new Error(late)));
    call.once('error', reject);
    call.end(json);
  });
}

function redisSteps({ password }: { password?: string }): Step[] {
  // A server that asks for a password works; one that still reads its data does not.
  if (password === undefined)
    return [
      () => 'PING\r\n',
      (answer) => {
        if (!answer.endsWith('\r\n')) return undefined;
        if (/^-(LOADING|MASTERDOWN|BUSY)/.test(answer)) throw new Error(answer.slice(1, 200).trim());
        if (/^(\+PONG|-NOAUTH|-NOPERM|-DENIED|-ERR)/.test(answer)) return '';
        throw new Error('it does not speak the protocol of Redis');
      },
    ];
  const on = (expected: string, next: string) => (answer: string) => (answer === expected ? next : undefined);
  return [on('', `AUTH ${password}\r\n`), on('+OK\r\n', 'PING\r\n'), on('+PONG\r\n', '')];
}

/** SQLSTATEs of a server that starts, stops or recovers. */
const notYet = /\0C(57P0[123])\0/;

function postgresSteps({ database, password }: { database: string; password?: string }): Step[] {
  if (password === undefined) return greetingSteps(database);
  const client = createScramClient(password);
  let expected = '';
  const bytes = (frame: Buffer) => frame.toString('latin1');
  return [
    () => bytes(startupMessage({ user: 'postgres', database, application_name: 'meatymusic-health' })),
    (answer) =>
      /^R....\0\0\0\x0aSCRAM-SHA-256\0\0$/s.test(answer)
        ? bytes(saslInitialResponse('SCRAM-SHA-256', client.first))
        : undefined,
    (answer) => {
      const data = /^R...(.)\0\0\0\x0b(.*)$/s.exec(answer);
      if (!data || data[2]?.length !== (data[1] as string).charCodeAt(0) - 8) return undefined;
      const final = client.final(data[2]);
      expected = final.expected;
      return bytes(saslResponse(final.message));
    },
    (answer) => {
      if (!/Z\0\0\0\x05I$/.test(answer)) return undefined;
      if (!answer.startsWith('R') || answer.slice(9, 9 + expected.length) !== expected)
        throw new Error('it does not know the password');
      return bytes(query('select 1'));
    },
    (answer) => (/C\0\0\0\x0dSELECT 1\0Z\0\0\0\x05I$/.test(answer) ? '' : undefined),
  ];
}

/** Asks for a connection; a server that asks for a password, or refuses this user, works. */
function greetingSteps(database: string): Step[] {
  return [
    () =>
      startupMessage({ user: 'postgres', database, application_name: 'meatymusic-health' }).toString(
        'latin1',
      ),
    (answer) => {
      const frame = Buffer.from(answer, 'latin1');
      if (frame.length < 5 || frame.length < 1 + frame.readUInt32BE(1)) return undefined;
      if (answer.startsWith('R')) return '';
      const refused = answer.startsWith('E') ? notYet.exec(answer) : null;
      if (refused) throw new Error(`it is not ready ${refusal(answer)}`.trim());
      if (answer.startsWith('E')) return '';
      throw new Error('it does not speak the protocol of PostgreSQL');
    },
  ];
}

/** Takes one step after the other, each once the answer to the last one is complete. */
function converse({ host, port }: Address, withinMs: number, steps: readonly Step[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host);
    let ended = false;
    let [step, answer] = [0, ''];
    const end = (error?: Error) => {
      ended = true;
      clearTimeout(timer);
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    const timer = setTimeout(() => end(new Error(`no answer within ${withinMs} ms`)), withinMs);
    const advance = () => {
      try {
        const next = steps[step]?.(answer);
        if (next === undefined) return;
        [step, answer] = [step + 1, ''];
        if (step === steps.length) end();
        else socket.write(next, 'latin1');
      } catch (error) {
        end(error as Error);
      }
    };
    socket.once('connect', advance);
    socket.once('error', end);
    socket.once('close', () => ended || end(new Error(`it closed the connection ${refusal(answer)}`.trim())));
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (!ended) advance();
    });
  });
}

/** The message of an ErrorResponse of PostgreSQL. */
function refusal(answer: string): string {
  const message = /^E....(?:[A-Z][^\0]*\0)*?M([^\0]*)\0/s.exec(answer)?.[1];
  return message === undefined ? '' : `(${message})`;
}

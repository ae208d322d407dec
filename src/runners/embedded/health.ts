import { request } from 'node:http';
import { connect } from 'node:net';
import { query, saslInitialResponse, saslResponse, startupMessage } from '../../pglite/frames.ts';
import { createScramClient } from '../../pglite/scram.ts';

/** How a service is asked whether it works. */
export type HealthProbe =
  | { kind: 'postgres'; database: string; password: string }
  | { kind: 'redis'; password: string }
  | { kind: 'http'; path: string }
  | { kind: 'otlp' };

/** Returns the next thing to send, or `undefined` while the answer to the last one is incomplete. */
type Step = (answer: string) => string | undefined;

/** Resolves when the service on this port of 127.0.0.1 answers as it should, and rejects with why not. */
export function askHealth(probe: HealthProbe, port: number, withinMs: number): Promise<void> {
  if (probe.kind === 'http') return askHttp({ path: probe.path }, port, withinMs);
  // An export of nothing: a receiver that says 200 takes spans in.
  if (probe.kind === 'otlp') return askHttp({ path: '/v1/traces', json: '{}' }, port, withinMs);
  return converse(port, withinMs, probe.kind === 'redis' ? redisSteps(probe) : postgresSteps(probe));
}

function askHttp(
  { path, json }: { path: string; json?: string },
  port: number,
  withinMs: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const method = json === undefined ? 'GET' : 'POST';
    const headers = json === undefined ? {} : { 'content-type': 'application/json' };
    const call = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`${method} ${path} answered ${response.statusCode}`));
      call.destroy();
    });
    const late = `${method} ${path}: no answer within ${withinMs} ms`;
    call.setTimeout(withinMs, () => call.destroy(new Error(late)));
    call.once('error', reject);
    call.end(json);
  });
}

function redisSteps({ password }: { password: string }): Step[] {
  const on = (expected: string, next: string) => (answer: string) => (answer === expected ? next : undefined);
  return [on('', `AUTH ${password}\r\n`), on('+OK\r\n', 'PING\r\n'), on('+PONG\r\n', '')];
}

function postgresSteps({ database, password }: { database: string; password: string }): Step[] {
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

/** Takes one step after the other, each once the answer to the last one is complete. */
function converse(port: number, withinMs: number, steps: readonly Step[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
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

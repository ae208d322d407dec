import { request } from 'node:http';
import { connect } from 'node:net';

/** How a service is asked whether it works. */
export type HealthProbe =
  | { kind: 'postgres'; database: string }
  | { kind: 'redis' }
  | { kind: 'http'; path: string }
  | { kind: 'otlp' };

/** Resolves when the service on this port of 127.0.0.1 answers as it should, and rejects with why not. */
export function askHealth(probe: HealthProbe, port: number, withinMs: number): Promise<void> {
  if (probe.kind === 'http') return askHttp({ path: probe.path }, port, withinMs);
  // An export of nothing: a receiver that says 200 takes spans in.
  if (probe.kind === 'otlp') return askHttp({ path: '/v1/traces', json: '{}' }, port, withinMs);
  if (probe.kind === 'redis') return converse(port, withinMs, [['PING\r\n', /^\+PONG\r\n/]]);
  return converse(port, withinMs, [
    [startup(probe.database), /Z\0\0\0\x05I$/],
    [simpleQuery('select 1'), /C\0\0\0\x0dSELECT 1\0Z\0\0\0\x05I$/],
  ]);
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

/** Says one thing after the other, each once the answer to the last one is complete. */
function converse(port: number, withinMs: number, steps: [say: string, expect: RegExp][]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const end = (error?: Error) => {
      clearTimeout(timer);
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    const timer = setTimeout(() => end(new Error(`no answer within ${withinMs} ms`)), withinMs);
    let [step, answer] = [0, ''];
    const next = () => {
      answer = '';
      const say = steps[step]?.[0];
      if (say === undefined) end();
      else socket.write(say, 'latin1');
    };
    socket.once('connect', next);
    socket.once('error', end);
    socket.once('close', () => end(new Error('it closed the connection')));
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (!steps[step]?.[1].test(answer)) return;
      step++;
      next();
    });
  });
}

function startup(database: string): string {
  const body = `\0\x03\0\0user\0postgres\0database\0${database}\0application_name\0meatymusic-health\0\0`;
  return `${int32(body.length + 4)}${body}`;
}

const simpleQuery = (sql: string) => `Q${int32(sql.length + 5)}${sql}\0`;

function int32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes.toString('latin1');
}

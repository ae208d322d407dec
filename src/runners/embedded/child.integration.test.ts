import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createWireServer } from '../../pglite/wire.ts';
import { startOtlpReceiver } from '../../probes/otlp/receiver.ts';
import { ServiceProcess } from './child.ts';
import { askHealth, type HealthProbe } from './health.ts';
import type { ServiceSpec } from './services.ts';

const password = 'of-this-test';
const never = new AbortController().signal;
/** Programs that a service's process runs. */
const programs = {
  silent: 'setInterval(() => {}, 1000)',
  lies: 'process.send({ listening: 1 }); setInterval(() => {}, 1000)',
  reports: 'process.send({ listening: Number(process.argv[1]) }); setInterval(() => {}, 1000)',
  loses: `require('node:net').createServer().listen(Number(process.argv[1]), '127.0.0.1')`,
};

let root: string;
const children: ServiceProcess[] = [];
const cleanups: (() => unknown)[] = [];

function listen(server: Server): Promise<number> {
  cleanups.push(() => server.close());
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
}

/** Servers of other people that answer each health check as our own would. */
const strangers: Record<HealthProbe['kind'], () => Promise<[HealthProbe, port: number]>> = {
  async postgres() {
    const exchange = async () => Buffer.from('C\0\0\0\x0dSELECT 1\0Z\0\0\0\x05I', 'latin1');
    const wired = { version: '18.6', exchange };
    const server = createWireServer({ name: 'postgres', password, database: () => wired });
    return [{ kind: 'postgres', database: 'postgres', password }, await listen(server)];
  },
  async redis() {
    const answer = (socket: Socket) =>
      socket.on('data', (chunk) => socket.write(/^AUTH/.test(String(chunk)) ? '+OK\r\n' : '+PONG\r\n'));
    return [{ kind: 'redis', password }, await listen(createServer(answer))];
  },
  async http() {
    return [
      { kind: 'http', path: '/health' },
      await listen(createHttpServer((_, response) => response.end())),
    ];
  },
  async otlp() {
    const receiver = await startOtlpReceiver({ grpcPort: false });
    cleanups.push(() => receiver.close());
    return [{ kind: 'otlp' }, Number(new URL(receiver.httpUrl).port)];
  },
};

function run(program: keyof typeof programs, health: HealthProbe, port: number): ServiceProcess {
  const spec: ServiceSpec = {
    service: 'cache',
    port,
    program: process.execPath,
    args: ['--eval', programs[program], String(port)],
    environment: {},
    health,
    image: 'a program',
    stage: 1,
  };
  const child = new ServiceProcess(root, spec, {});
  children.push(child);
  return child;
}

describe('the health of a process', () => {
  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'meatymusic-child-'));
  });
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.stop(2000)));
    for (const cleanup of cleanups.splice(0)) await cleanup();
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each(Object.keys(strangers) as HealthProbe['kind'][])(
    'is not what another server answers on its port: %s',
    async (kind) => {
      const [health, port] = await strangers[kind]();
      await askHealth(health, port, 30_000);
      for (const program of ['silent', 'lies'] as const) {
        const child = run(program, health, port);
        await expect(child.awaitHealth(500, never)).rejects.toMatchObject({
          code: 'start-timeout',
          message: expect.stringContaining('it does not listen yet'),
        });
        expect(child.listens).toBe(false);
      }
    },
  );

  it('is what answers once the process has reported that it holds its port', async () => {
    const [health, port] = await strangers.http();
    await run('reports', health, port).awaitHealth(30_000, never);
  });

  it('ends with the holder of the port where the process could not take it', async () => {
    const [health, port] = await strangers.http();
    await expect(run('loses', health, port).awaitHealth(30_000, never)).rejects.toMatchObject({
      code: 'port-taken',
      exitCode: 69,
      message: expect.stringContaining(`port ${port} of cache is taken by process ${process.pid} `),
    });
  });
});

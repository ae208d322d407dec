import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { useDetection } from '../../testing/detected-project.ts';
import { startRedis } from '../../testing/redis.ts';
import type { Invocation } from '../invocation.ts';
import { withAnswers } from './answers-now.ts';
import type { DetectedService } from './detect/index.ts';
import { detectedConfig } from './detected-config.ts';
import { completeByAnswers } from './questions.ts';

const open: { close: () => unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

describe('what answers at a port now', () => {
  const service = (kind: DetectedService['kind'], port: number): [string, DetectedService] => [
    kind,
    { name: kind, kind, port, why: 'test', start: { compose: kind } },
  ];
  const answers = async (kind: DetectedService['kind'], port: number) =>
    [...(await withAnswers(new Map([service(kind, port)]))).values()][0]?.answers;

  it('is named by its protocol, and nothing of what it sends is kept', async () => {
    const api = createServer((_, response) => {
      response.statusCode = 418;
      response.end('secret');
    });
    const mute = createTcpServer((socket) => socket.resume());
    const ports = await Promise.all([api, mute].map(listening));
    const redis = await startRedis();
    open.push({ close: () => redis.stop() });
    const redisPort = Number(new URL(redis.url).port);
    expect(await answers('api', ports[0] as number)).toBe(`HTTP 418 on 127.0.0.1:${ports[0]}`);
    expect(await answers('redis', redisPort)).toBe(`Redis on 127.0.0.1:${redisPort}`);
    expect(await answers('postgres', redisPort)).toBe(`another program on 127.0.0.1:${redisPort}`);
    expect(await answers('tcp', ports[1] as number)).toBe(`a server on 127.0.0.1:${ports[1]}`);
    expect(await answers('web', ports[1] as number)).toBe(`another program on 127.0.0.1:${ports[1]}`);
  });

  it('is nothing where no connection is accepted', async () => {
    const server = createTcpServer();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await answers('api', port)).toBeUndefined();
  });

  function listening(server: Server): Promise<number> {
    open.push({ close: () => new Promise((resolve) => server.close(resolve)) });
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  }
});

describe('questions', () => {
  const detect = useDetection();

  /** Asks with these lines as the input; the input ends after them. */
  async function ask(files: Record<string, string | object>, lines: readonly string[]) {
    const stdin = new PassThrough();
    stdin.end(lines.map((line) => `${line}\n`).join(''));
    let asked = '';
    const invocation = {
      stdin: () => Object.assign(stdin, { unref: () => stdin }),
      stderr: {
        write: async (text: string) => {
          asked += text;
        },
      },
      signal: new AbortController().signal,
    } as unknown as Invocation;
    const project = await completeByAnswers(invocation, detect(files));
    return { asked, project, config: detectedConfig(project) };
  }

  const two = {
    'compose.yaml': JSON.stringify({ services: { db: { image: 'postgres', ports: ['5432:5432'] } } }),
    'package.json': { name: 'shop', scripts: { dev: 'node .' }, dependencies: { express: '5', pg: '8' } },
    'knexfile.js': '',
    'drizzle.config.ts': '',
  };

  it('are about ports and migration tools that could not be found, again after an answer that is none', async () => {
    const { asked, config } = await ask(two, ['x', '70000', '4000', '7', '2']);
    expect(asked.match(/Port of api, which "npm run dev" starts/g)).toHaveLength(3);
    expect(asked.match(/Which one does `up` run, 1 to 2/g)).toHaveLength(2);
    expect(config).toContain("url: 'http://localhost:4000'");
    expect(config).toContain("\n  migrations: { command: 'npx knex migrate:latest' },");
  });

  it('are none where everything was found, and the end of the input answers the others with nothing', async () => {
    expect((await ask({ 'compose.yaml': two['compose.yaml'] }, [])).asked).toBe('');
    const { config } = await ask(two, []);
    expect(config).not.toMatch(/^ *migrations:|url:/m);
  });

  it('are about addresses where no service was found', async () => {
    const { asked, config } = await ask({}, ['localhost:8000', 'http://localhost:8000', '']);
    expect(asked.match(/Address of the API/g)).toHaveLength(2);
    expect(config).toContain(
      "runtime: 'external',\n  services: {\n    // as answered\n    api: { kind: 'api', url: 'http://localhost:8000' },",
    );
    expect((await ask({}, ['', ''])).project.services.size).toBe(0);
  });
});

import { writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { urlOf } from '../../base/endpoint.ts';
import type { RunResult } from '../../check/result.ts';
import { readState } from '../../runners/state.ts';
import { makeProject, notBuilt, type TestProject } from '../../testing/project.ts';
import { redisMissing } from '../../testing/redis.ts';

/** A server between checker and service that counts what passes through. */
async function countingProxy(target: string, asked: string[]): Promise<{ server: Server; url: string }> {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, answer) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const { method, url: path, headers } = incoming;
    const outgoing = request({ hostname, port, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const missing = notBuilt ?? redisMissing;

describe.skipIf(missing)(`a read-only run of all built-in checks ${missing ?? ''}`, () => {
  const asked: string[] = [];
  const proxies: Server[] = [];
  let stack: TestProject;
  let checker: TestProject;
  let databaseUrl: string;
  let cacheUrl: string;

  beforeAll(async () => {
    stack = await makeProject({ up: { verify: false } });
    const up = await stack.run(['up']);
    expect(up).toMatchObject({ code: 0 });
    const at = (port: number) => `http://127.0.0.1:${port}`;
    const api = await countingProxy(at(stack.ports.api), asked);
    const web = await countingProxy(at(stack.ports.web), asked);
    proxies.push(api.server, web.server);
    const { database, cache } = readState(stack.folder).supervisor?.endpoints ?? {};
    databaseUrl = urlOf(database) ?? '';
    cacheUrl = urlOf(cache) ?? '';
    checker = await makeProject();
    const config = {
      runtime: 'external',
      services: {
        api: { url: api.url, log: { file: stack.file('.meatymusic/logs/api.log') } },
        web: { url: web.url },
        database: { url: databaseUrl },
        cache: { url: cacheUrl },
      },
      auth: {
        signingKeyFile: stack.file('.meatymusic/keys/signing-key.pem'),
        issuer: 'https://auth.meatymusic.test',
      },
    };
    writeFileSync(checker.file('meatymusic.config.json'), JSON.stringify(config));
  }, 180_000);
  afterAll(async () => {
    for (const server of proxies) {
      server.closeAllConnections();
      server.close();
    }
    await checker?.remove();
    await stack?.remove();
  }, 60_000);

  /** A transaction gets a number when it writes: as long as this one stays, none has. */
  const nextTransaction = async () => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const { rows } = await client.query('select pg_snapshot_xmax(pg_current_snapshot())::text as next');
    await client.end();
    return rows[0].next;
  };

  it('sends not one write to the API, the web app, Redis or PostgreSQL', async () => {
    const redis = new Redis(cacheUrl);
    const clients = String(await redis.call('CLIENT', 'LIST'));
    // The API counts requests in Redis: what its connections send is its own doing.
    const ofTheStack = new Set([...clients.matchAll(/ addr=(\S+)/g)].map(([, address]) => address));
    const monitor = await redis.duplicate().monitor();
    const commands: string[] = [];
    monitor.on('monitor', (_time: string, [name]: string[], source: string) => {
      if (!ofTheStack.has(source)) commands.push(String(name).toLowerCase());
    });
    const before = await nextTransaction();
    try {
      const result = (await checker.json([
        'verify',
        '--read-only',
        '--concurrency',
        '4',
      ])) as unknown as RunResult;
      expect(result.checks.filter(({ status }) => status === 'error')).toEqual([]);
      expect(result.summary.total).toBeGreaterThan(50);
      expect(result.summary.pass).toBeGreaterThan(25);
      const ran = result.checks.filter(({ attempts }) => attempts.length > 0);
      expect(ran.filter(({ effects }) => effects !== 'none')).toEqual([]);
      const skipped = result.checks.find(({ id }) => id === 'ratelimit/limits');
      expect(skipped?.reason).toBe('it could write (temporary), and the run is read-only');
    } finally {
      monitor.disconnect();
      redis.disconnect();
    }
    expect(asked.length).toBeGreaterThan(50);
    expect(asked.filter((line) => !/^(GET|HEAD|OPTIONS) /.test(line))).toEqual([]);
    expect(commands).toContain('ping');
    expect(commands.filter((name) => !['auth', 'ping', 'info'].includes(name))).toEqual([]);
    expect(await nextTransaction()).toBe(before);
  }, 180_000);
});

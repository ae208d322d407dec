import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { findReached } from '../listening-sockets.ts';
import { portHolder } from '../port-holder.ts';
import { choosePorts } from './ports.ts';

const servers: Server[] = [];

function listen(host: string, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    servers.push(server);
    server.listen(port, host, () => resolve((server.address() as { port: number }).port));
  });
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe('choosePorts', () => {
  it('takes another port for each service whose own is taken, and no port twice', async () => {
    const taken = await listen('127.0.0.1');
    const ports = await choosePorts({ api: taken, web: taken }, 'auto');
    expect(ports.api).not.toBe(taken);
    expect(new Set([taken, ports.api, ports.web]).size).toBe(3);
  });

  it('takes free ports for those who want any', async () => {
    const ports = await choosePorts({ telemetry: 0, 'telemetry-grpc': 0 }, 'fixed');
    expect(Object.values(ports).every((port) => port > 0)).toBe(true);
    expect(ports.telemetry).not.toBe(ports['telemetry-grpc']);
  });

  it('sees a port that is taken by all addresses', async () => {
    const taken = await listen('0.0.0.0');
    expect((await choosePorts({ api: taken }, 'auto')).api).not.toBe(taken);
  });

  it('names every port and its holder when ports are fixed', async () => {
    const [one, two] = [await listen('127.0.0.1'), await listen('127.0.0.1')];
    const choice = choosePorts({ api: one, cache: two }, 'fixed');
    await expect(choice).rejects.toMatchObject({
      code: 'port-taken',
      exitCode: 69,
      message: expect.stringContaining(`port ${one} of api is taken by process ${process.pid} `),
      details: [expect.stringContaining(`port ${two} of cache is taken by process ${process.pid} `)],
    });
  });
});

describe('portHolder', () => {
  it('finds the process that listens, and none where none does', async () => {
    const port = await listen('127.0.0.1');
    expect((await portHolder(port))?.pid).toBe(process.pid);
    servers.pop()?.close();
    expect(await portHolder(1)).toBeUndefined();
  });
});

describe('findReached', () => {
  const counted = (...lists: number[][]) => {
    const found = { searches: 0 };
    function* search(): Generator<number[]> {
      for (const pids of lists) {
        found.searches++;
        yield pids;
      }
    }
    return { found, searches: search() };
  };

  it.each([
    ['searches no further once a process of its own answers', [[process.pid], [1]], 'own', 1],
    ['searches on while another process answers', [[], [1], [process.pid]], 'own', 3],
    ['names another process after the last search', [[], [1]], 'other', 2],
  ])('%s', async (_, lists, by, searches) => {
    const port = await listen('127.0.0.1');
    const { found, searches: given } = counted(...lists);
    expect((await findReached(port, given)).by).toBe(by);
    expect(found.searches).toBe(searches);
  });

  it('searches for no process where nothing listens, and sees what began to listen since', async () => {
    const port = await listen('127.0.0.1');
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    const { found, searches } = counted([process.pid]);
    expect(await findReached(port, searches)).toEqual({ by: 'none' });
    expect(found.searches).toBe(0);
    await listen('127.0.0.1', port);
    expect(await findReached(port, [[process.pid]])).toEqual({ by: 'own', host: '127.0.0.1' });
  });
});

import net from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { ProbeError } from '../check/probes.ts';
import { testProbeContext } from '../testing/probe-context.ts';
import { redisMissing, startRedis, type TestRedis } from '../testing/redis.ts';
import { createRedisProbe } from './redis.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function probeOf(cacheUrl: string, timeoutMs = 5_000) {
  const context = testProbeContext({ timeoutMs });
  context.endpoints = { ...context.endpoints, cache: { url: cacheUrl } };
  const probe = createRedisProbe(context);
  cleanups.push(() => context.close());
  cleanups.push(() => probe.close?.());
  return probe;
}

async function failureOf(promise: Promise<unknown>): Promise<ProbeError> {
  const error = await promise.then(
    (value) => expect.fail(`resolved to ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ProbeError);
  return error as ProbeError;
}

async function serve(
  onConnection: (socket: net.Socket) => void,
): Promise<{ url: string; closed: Promise<void> }> {
  let close = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('close', close);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  return { url: `redis://127.0.0.1:${(server.address() as net.AddressInfo).port}`, closed };
}

describe('what is not a working Redis', () => {
  test('a silent port: fails within the attempt and closes the socket', async () => {
    const { url, closed } = await serve((socket) => socket.resume());
    const error = await failureOf(probeOf(url, 300).command({ name: 'ping' }));
    expect(error.code).toBe('TIMEOUT');
    expect(error.message).toMatch(/^no reply of 127\.0\.0\.1:\d+ to PING within 2\d\d ms$/);
    await closed;
  });

  test('an HTTP server', async () => {
    const { url } = await serve((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const error = await failureOf(probeOf(url).command({ name: 'PING' }));
    expect(error.message).toContain('what answers there does not speak Redis');
  });

  const crlf = '\r\n';
  test.each([
    ['nested 20,000 deep', `*1${crlf}`.repeat(20_000), 'nested deeper than 64 levels'],
    ['few bytes that ask for gigabytes', `*33000000${crlf}`.repeat(40), 'more than 1000000 elements'],
    ['a string of 2 GB', `$2000000000${crlf}`, 'the length 2000000000'],
    ['a negative length', `$-7${crlf}`, 'a reply has no length'],
    ['no length', `*${crlf}`, 'a reply has no length'],
    ['a type of RESP 3', `%1${crlf}+a${crlf}+b${crlf}`, 'no reply'],
    ['a line that does not end', `+${'x'.repeat(100_000)}`, 'does not end'],
    ['random bytes', Buffer.from([0, 255, 13, 10, 1, 2, 3]), 'no reply'],
  ])('a reply that breaks the protocol (%s): fails at once', async (_what, bytes, reason) => {
    const { url, closed } = await serve((socket) => socket.on('data', () => socket.write(bytes)));
    const error = await failureOf(probeOf(url, 60_000).command({ name: 'PING' }));
    expect(error.code).toBe('PROTOCOL');
    expect(error.message).toMatch(/^127\.0\.0\.1:\d+: what answers there does not speak Redis: /);
    expect(error.message).toContain(reason);
    await closed;
  });

  test('a reply without end: fails, with memory bounded', async () => {
    const element = Buffer.from(`$65536${crlf}${'x'.repeat(65_536)}${crlf}`);
    const { url, closed } = await serve((socket) =>
      socket.once('data', () => {
        socket.write(`*1000000${crlf}`);
        const write = () => {
          while (socket.writable && socket.write(element));
        };
        socket.on('drain', write);
        write();
      }),
    );
    const error = await failureOf(probeOf(url, 60_000).command({ name: 'PING' }));
    expect(error).toMatchObject({ code: 'PROTOCOL', message: expect.stringContaining('bytes') });
    await closed;
  });

  test('a nested reply, cut anywhere, is read as it is', async () => {
    const reply = `*3${crlf}*2${crlf}$3${crlf}a${crlf}${crlf}:7${crlf}$-1${crlf}*0${crlf}`;
    const { url } = await serve((socket) => {
      socket.setNoDelay(true);
      socket.once('data', async () => {
        for (const byte of reply) await new Promise((done) => socket.write(byte, () => setImmediate(done)));
      });
    });
    const { reply: read } = await probeOf(url).command({ name: 'ANY' });
    expect(read).toEqual([[`a${crlf}`, 7], null, []]);
  });

  test('nothing at all', async () => {
    const error = await failureOf(probeOf('redis://127.0.0.1:1').command({ name: 'PING' }));
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    expect(error.message).toBe('127.0.0.1:1 (tried 127.0.0.1:1): ECONNREFUSED, nothing listens there');
  });

  test('closes in the middle', async () => {
    const { url } = await serve((socket) => socket.once('data', () => socket.destroy()));
    const error = await failureOf(probeOf(url).command({ name: 'PING' }));
    expect(['CLOSED', 'ECONNRESET']).toContain(error.code);
  });

  test.each([
    ['LOADING', 'LOADING Redis is loading the dataset in memory'],
    ['MASTERDOWN', "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."],
    ['OOM', "OOM command not allowed when used memory > 'maxmemory'."],
  ])("%s: the server's own text", async (code, text) => {
    const { url } = await serve((socket) => socket.on('data', () => socket.write(`-${text}\r\n`)));
    const error = await failureOf(probeOf(url).command({ name: 'SET', args: ['a', 1] }));
    expect(error).toMatchObject({ code, message: text });
  });

  test('secrets of the address and of the arguments are in no error', async () => {
    for (const url of ['redis://u:hunter22@127.0.0.1:1', 'redis://u:hunter22@nothing.invalid:1']) {
      const error = await failureOf(probeOf(url).command({ name: 'AUTH', args: ['hunter22'] }));
      expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain(
        'hunter22',
      );
    }
  });
});

describe.skipIf(redisMissing)(`with a real Redis${redisMissing ? ` (skipped: ${redisMissing})` : ''}`, () => {
  async function redis(args: string[] = []): Promise<TestRedis> {
    const server = await startRedis({ args });
    cleanups.push(() => server.stop());
    return server;
  }

  test('gives replies as JSON and the address', async () => {
    const server = await redis();
    const probe = probeOf(server.url);
    expect(await probe.command({ name: 'PING' })).toMatchObject({
      reply: 'PONG',
      address: `127.0.0.1:${server.port}`,
    });
    await probe.command({ name: 'RPUSH', args: ['list', 'a', 1] });
    expect((await probe.command({ name: 'LRANGE', args: ['list', 0, -1] })).reply).toEqual(['a', '1']);
    expect((await probe.command({ name: 'GET', args: ['none'] })).reply).toBeNull();
    expect(await failureOf(probe.command({ name: 'NOSUCH' }))).toMatchObject({ code: 'ERR' });
    expect((await probe.command({ name: 'PING' })).reply).toBe('PONG');
  });

  test('NOAUTH, WRONGPASS and NOPERM', async () => {
    const server = await redis([
      '--requirepass',
      'right-password',
      '--user',
      'low',
      'on',
      '>low-password',
      '+ping',
    ]);
    expect(await failureOf(probeOf(server.url).command({ name: 'PING' }))).toMatchObject({
      code: 'NOAUTH',
      message: 'NOAUTH Authentication required.',
    });
    const wrong = await failureOf(probeOf(server.url.replace('//', '//:wrong@')).command({ name: 'PING' }));
    expect(wrong.code).toBe('WRONGPASS');
    const low = probeOf(server.url.replace('//', '//low:low-password@'));
    expect(await failureOf(low.command({ name: 'GET', args: ['x'] }))).toMatchObject({ code: 'NOPERM' });
    expect(
      (await probeOf(server.url.replace('//', '//:right-password@')).command({ name: 'PING' })).reply,
    ).toBe('PONG');
  });

  test('stopped in the middle of a command: fails within the attempt', async () => {
    const server = await redis();
    const probe = probeOf(server.url, 600);
    await probe.command({ name: 'PING' });
    process.kill(server.pid, 'SIGSTOP');
    cleanups.push(() => process.kill(server.pid, 'SIGCONT'));
    expect((await failureOf(probe.command({ name: 'PING' }))).code).toBe('TIMEOUT');
  });

  test('killed while a command waits: fails', async () => {
    const server = await redis();
    const probe = probeOf(server.url);
    await probe.command({ name: 'PING' });
    const waiting = failureOf(probe.command({ name: 'BLPOP', args: ['nothing', 0] }));
    process.kill(server.pid, 'SIGKILL');
    expect(['CLOSED', 'ECONNRESET', 'ECONNREFUSED']).toContain((await waiting).code);
  });
});

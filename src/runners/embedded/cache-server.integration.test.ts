import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { distFolder } from '../../base/package-root.ts';
import { freePort } from '../../testing/free-port.ts';
import { redisMissing, startRedis, type TestRedis } from '../../testing/redis.ts';
import { askHealth } from '../process/health.ts';
import { passwordVariable } from './password-variable.ts';

const program = path.join(distFolder, 'cache-server.js');
const notBuilt = existsSync(program) ? undefined : 'needs the built cache server (npm run build)';
const reason = notBuilt ?? redisMissing;

const password = 'of-this-test';

let child: ChildProcess;
let mine: Redis;
let real: Redis;
let server: TestRedis;

/** What both must answer in the same way. */
const conversations: [name: string, ...args: (string | number)[]][][] = [
  [['ping'], ['ping', 'hello'], ['echo', 'x']],
  [
    ['set', 'a', '1'],
    ['get', 'a'],
    ['del', 'a', 'b'],
    ['get', 'a'],
    ['exists', 'a'],
  ],
  [
    ['set', 'n', 0, 'PX', 60_000, 'NX'],
    ['set', 'n', 5, 'NX'],
    ['incr', 'n'],
    ['incrby', 'n', 4],
    ['get', 'n'],
    ['ttl', 'n'],
  ],
  [
    ['set', 'x', '1', 'XX'],
    ['set', 'x', '1', 'EX', 10],
    ['set', 'x', '2', 'XX', 'KEEPTTL'],
    ['ttl', 'x'],
    ['persist', 'x'],
    ['ttl', 'x'],
  ],
  [
    ['set', 'g', 'old'],
    ['set', 'g', 'new', 'GET'],
    ['getdel', 'g'],
    ['get', 'g'],
    ['ttl', 'g'],
  ],
  [
    ['setex', 's', 10, 'v'],
    ['ttl', 's'],
    ['expire', 's', 100],
    ['ttl', 's'],
    ['type', 's'],
    ['strlen', 's'],
  ],
  [
    ['set', 'w', 'word'],
    ['incr', 'w'],
    ['set', 'w'],
    ['set', 'w', 1, 'EX', 0],
    ['set', 'w', 1, 'EX', 'z'],
    ['set', 'w', 1, 'NOPE'],
  ],
  [
    ['setnx', 'k:1', 'a'],
    ['setnx', 'k:1', 'b'],
    ['mget', 'k:1', 'k:2'],
    ['keys', 'k:*'],
    ['unlink', 'k:1'],
    ['dbsize'],
  ],
];

/** The two settings that the stand-in has, and what they do. */
const memory: typeof conversations = [
  [
    ['set', 'n', '1'],
    ['config', 'set', 'maxmemory-policy', 'noeviction'],
    ['config', 'set', 'maxmemory', 1],
    ['config', 'get', 'maxmemory'],
    ['set', 'x', '1'],
    ['setex', 'x', 10, '1'],
    ['incr', 'n'],
    ['get', 'n'],
    ['exists', 'x'],
    ['del', 'n'],
    ['config', 'set', 'maxmemory', '1gb'],
    ['config', 'get', 'maxmemory'],
    ['set', 'x', '1'],
    ['config', 'set', 'maxmemory', 'much'],
    ['config', 'set', 'maxmemory', 0],
    ['config', 'get', 'maxmemory-policy'],
    ['config', 'get', 'nothing'],
  ],
];

/** Lines of one connection. Of long answers the beginning counts: versions of Redis word them differently. */
const passwords: string[][] = [
  ['PING', 'GET a', 'QUIT'],
  ['AUTH wrong', 'PING'],
  ['AUTH default wrong', 'PING'],
  [`AUTH other ${password}`, 'PING'],
  ['AUTH', 'AUTH a b c'],
  [`AUTH ${password}`, 'PING', 'AUTH wrong', 'PING'],
  [`AUTH default ${password}`, 'PING'],
  ['HELLO 3', 'PING'],
  ['HELLO 3 AUTH default wrong', 'PING'],
];

describe.skipIf(reason)(`the embedded cache${reason ? ` (${reason})` : ''}`, () => {
  beforeAll(async () => {
    const port = await freePort();
    child = spawn(process.execPath, [program, String(port)], {
      stdio: 'ignore',
      env: { ...process.env, [passwordVariable]: password },
    });
    await awaitUntil(
      () =>
        askHealth({ kind: 'redis', password }, { host: '127.0.0.1', port }, 1000).then(() => true as const),
      {
        what: 'the cache',
        withinMs: 20_000,
      },
    );
    server = await startRedis({ args: ['--requirepass', password] });
    mine = new Redis(port, '127.0.0.1', { password, retryStrategy: () => null });
    real = new Redis(server.port, '127.0.0.1', { password, retryStrategy: () => null });
  });
  afterAll(async () => {
    mine?.disconnect();
    real?.disconnect();
    child?.kill('SIGKILL');
    await server?.stop();
  });

  it.each([...conversations, ...memory])('answers as Redis does: %s …', async (...conversation) => {
    const talk = async (redis: Redis) => {
      await redis.call('flushall');
      const replies: unknown[] = [];
      for (const [name, ...args] of conversation) {
        replies.push(await redis.call(name, ...args).catch((error: Error) => error.message));
      }
      return replies;
    };
    expect(await talk(mine)).toEqual(await talk(real));
  });

  it.each(passwords)('asks for its password as Redis does: %s …', async (...lines) => {
    const ask = (port: number) =>
      new Promise<string>((resolve, reject) => {
        let answer = '';
        const socket = connect(port, '127.0.0.1', () =>
          socket.end(lines.map((line) => `${line}\r\n`).join('')),
        );
        socket.on('data', (chunk) => {
          answer += chunk;
        });
        socket.on('close', () =>
          resolve(answer.replace(/^[*%][\s\S]*$/m, 'data').replace(/^(.{40}).*$/gm, '$1')),
        );
        socket.on('error', reject);
      });
    expect(await ask(mine.options.port as number)).toEqual(await ask(server.port));
  });

  it('lets keys expire', async () => {
    await mine.set('soon', 'gone', 'PX', 30);
    expect(await mine.get('soon')).toBe('gone');
    await awaitUntil(async () => ((await mine.get('soon')) === null ? true : undefined), {
      what: 'the key to expire',
      withinMs: 5000,
    });
  });

  it('keeps binary values and large ones', async () => {
    const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => index % 256));
    await mine.set('binary', bytes);
    expect((await mine.getBuffer('binary'))?.equals(bytes)).toBe(true);
  });

  it('says that it is not Redis, and refuses what it does not know', async () => {
    expect(await mine.info()).toContain('note:not Redis');
    await expect(mine.lpush('list', 'x')).rejects.toThrow(
      "unknown command 'LPUSH' (embedded cache, not Redis)",
    );
  });

  it.each([
    [['set', 'maxmemory-policy', 'allkeys-lru'], /noeviction alone \(embedded cache, not Redis\)$/],
    [['set', 'appendonly', 'yes'], /Unknown option .* - 'appendonly' \(embedded cache, not Redis\)$/],
    [['rewrite'], /unknown subcommand 'rewrite' \(embedded cache, not Redis\)$/],
  ])('refuses a setting that it does not have: config %j', async (args, message) => {
    await expect(mine.call('config', ...args)).rejects.toThrow(message);
  });

  it('ends a connection that speaks something else, and no other', async () => {
    const socket = connect(mine.options.port as number, '127.0.0.1');
    const answer = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
    });
    socket.write('*1\r\n!nonsense\r\n');
    expect(await answer).toContain('-ERR Protocol error');
    expect(await mine.ping()).toBe('PONG');
  });
});

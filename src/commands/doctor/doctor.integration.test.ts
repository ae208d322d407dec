import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedactor } from '../../base/redact.ts';
import type { Project } from '../../config/project.ts';
import { type ConfigInput, configOf } from '../../config/schema.ts';
import { postgresMissing, startPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { redisMissing, startRedis, type TestRedis } from '../../testing/redis.ts';
import { examineAddresses } from './addresses.ts';
import { examineFiles, examineToken } from './files.ts';

const reason = postgresMissing ?? redisMissing;
const { signal } = new AbortController();
let root: string;
let api: Server;
let port: number;
let postgres: TestPostgres;
let redis: TestRedis;

function project(settings: ConfigInput): Project {
  const named = Object.keys(settings.services ?? {}).map((name) => [
    `services.${name}.url`,
    { kind: 'file', text: 'test' },
  ]);
  return {
    config: configOf({ runtime: 'external', ...settings }),
    origins: new Map(named as never),
    root,
    env: {},
    redact: createRedactor(),
  };
}

async function addresses(services: ConfigInput['services']) {
  const found = await examineAddresses(project({ services }), signal);
  return Object.fromEntries(found.map(({ name, ...rest }) => [name, rest]));
}

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'doctor-'));
  api = createServer(({ url, headers }, response) => {
    const isKnown = headers.authorization === `Basic ${Buffer.from('ann:key').toString('base64')}`;
    response.statusCode = url === '/v1/health' ? (isKnown ? 200 : 401) : url === '/broken/health' ? 502 : 404;
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => api.once('listening', resolve));
  port = (api.address() as AddressInfo).port;
  if (reason) return;
  [postgres, redis] = await Promise.all([
    startPostgres(),
    startRedis({ args: ['--requirepass', 'long-secret'] }),
  ]);
});
afterAll(async () => {
  api.close();
  await Promise.all([postgres?.stop(), redis?.stop()]);
  rmSync(root, { recursive: true, force: true });
});

describe.skipIf(reason)('the addresses of an external stack', () => {
  it('answer with their login, their base path and their status', async () => {
    const cache = new URL(redis.url);
    cache.password = 'long-secret';
    expect(
      await addresses({
        api: { url: `http://ann:key@127.0.0.1:${port}/v1` },
        web: { url: `http://127.0.0.1:${port}/pages` },
        database: { url: postgres.url },
        cache: { url: String(cache) },
        mail: { kind: 'tcp', url: `tcp://127.0.0.1:${port}` },
      }),
    ).toMatchObject({
      api: { state: 'ok', found: `127.0.0.1:${port}: GET /v1/health answers 200` },
      web: { state: 'note', found: `127.0.0.1:${port}: GET /pages/ answers 404` },
      database: { state: 'ok', found: expect.stringContaining('logged in as') },
      cache: { state: 'ok', found: `127.0.0.1:${cache.port}: answers PING` },
      mail: { state: 'ok', found: `127.0.0.1:${port}: accepts connections` },
    });
  });

  it('are refused, unknown or failing, each with what to correct', async () => {
    const closed = createTcpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port: nothing } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const database = new URL(postgres.url);
    database.pathname = '/absent';
    const found = await addresses({
      api: { url: `http://127.0.0.1:${port}/broken` },
      web: { url: `https://127.0.0.1:${port}` },
      database: { url: String(database) },
      cache: { url: redis.url },
      mail: { kind: 'tcp', url: `tcp://127.0.0.1:${nothing}` },
      other: { kind: 'api', url: 'http://name.invalid:8000' },
    });
    expect(found).toMatchObject({
      api: { state: 'bad', fix: expect.stringContaining('read the log of api') },
      web: { state: 'bad', fix: expect.stringContaining('services.web.url') },
      database: {
        state: 'bad',
        found: expect.stringContaining('absent'),
        fix: expect.stringContaining('database of services.database.url'),
      },
      cache: { state: 'bad', fix: expect.stringContaining('password') },
      mail: { state: 'bad', fix: expect.stringContaining('start mail') },
      other: { state: 'bad', fix: expect.stringContaining('correct the host of services.other.url') },
    });
  });
});

it('does not ask addresses of a stack that is started here', async () => {
  expect(await examineAddresses(project({ runtime: 'embedded' }), signal)).toEqual([]);
});

it('looks at the end of each log file', async () => {
  const file = (name: string, text: string) => {
    writeFileSync(path.join(root, name), text);
    return { log: { file: name } };
  };
  const line = '{"level":"info","time":"2024-05-01T10:00:00.000Z","msg":"ready"}\n';
  const services = {
    api: file('good.log', line),
    web: file('plain.log', 'listening\n'),
    database: file('old.log', line),
    cache: file('empty.log', ''),
    other: { kind: 'api' as const, url: 'http://127.0.0.1:1', log: { file: 'absent.log' } },
  };
  utimesSync(path.join(root, 'old.log'), new Date(), new Date(Date.now() - 3_600_000));
  const found = await examineFiles(project({ services }), signal);
  expect(found.map(({ name, state }) => [name, state])).toEqual([
    ['log of api', 'ok'],
    ['log of web', 'note'],
    ['log of database', 'note'],
    ['log of cache', 'note'],
    ['log of other', 'bad'],
  ]);
  expect(found.map(({ found }) => found.replace(root, '')).join('\n')).toMatch(
    /1 of 1 lines structured\n.*0 of 1 lines structured\n.*60 minutes ago\n.*is empty\nthere is no file .*absent\.log/,
  );
});

describe('a token', () => {
  const now = Date.parse('2024-05-01T12:00:00Z');
  const token = (claims: object) => {
    const input = [{ alg: 'HS256' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${input}.${createHmac('sha256', 'key').update(input).digest('base64url')}`;
  };
  it.each([
    ['expired', token({ exp: now / 1000 - 1 }), 'bad', 'it expired on 2024-05-01T11:59:59.000Z'],
    [
      'about to expire',
      token({ exp: now / 1000 + 60 }),
      'note',
      'a JWT that expires on 2024-05-01T12:01:00.000Z',
    ],
    ['valid', token({ exp: now / 1000 + 86_400 }), 'ok', 'a JWT that expires on 2024-05-02T12:00:00.000Z'],
    ['not valid yet', token({ nbf: now / 1000 + 60 }), 'bad', 'it is valid from 2024-05-01T12:01:00.000Z on'],
    ['with a text as its time', token({ exp: 'never' }), 'bad', 'its exp is not a number'],
    ['cut', token({}).slice(5), 'bad', 'it has the three parts of a JWT, and one of them cannot be decoded'],
    ['with its scheme', `Bearer ${token({})}`, 'bad', 'it starts with "Bearer"'],
    ['of two lines', `${token({})}\nx`, 'bad', 'it contains a blank or a line break'],
    ['opaque', 'gho_0123456789', 'ok', 'no JWT; its form and time cannot be judged'],
  ])('that is %s', (_, text, state, found) => {
    const finding = examineToken(text, now);
    expect(finding).toMatchObject({ state, found });
    expect(JSON.stringify(finding)).not.toContain(text.slice(0, 12));
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { distFolder } from '../../base/package-root.ts';
import { freePort } from '../../testing/free-port.ts';
import { askHealth } from '../process/health.ts';
import { passwordVariable } from './password-variable.ts';

const program = path.join(distFolder, 'database-server.js');
const reason = existsSync(program) ? undefined : 'needs the built database server (npm run build)';
const password = 'of-this-test';

/** Fifty by hand: `MEATYMUSIC_KILLS=50 npx vitest run … database-server`. */
const kills = Number(process.env.MEATYMUSIC_KILLS ?? 3);

let folder: string;
let port: number;
let child: ChildProcess;

function run(): void {
  child = spawn(process.execPath, [program, path.join(folder, 'data'), String(port), 'meatymusic'], {
    stdio: 'ignore',
    env: { ...process.env, [passwordVariable]: password },
  });
}

async function start(): Promise<void> {
  run();
  await awaitUntil(
    async () => {
      if (child.exitCode !== null) return child.exitCode;
      await askHealth(
        { kind: 'postgres', database: 'meatymusic', password },
        { host: '127.0.0.1', port },
        2000,
      );
      return 'healthy';
    },
    { what: 'the database', withinMs: 60_000 },
  ).then((state) => expect(state).toBe('healthy'));
}

async function kill(): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    database: 'meatymusic',
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}

describe.skipIf(reason)(`the embedded database${reason ? ` (${reason})` : ''}`, () => {
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-database-'));
    port = await freePort();
  });
  afterAll(async () => {
    if (child?.exitCode === null && child.signalCode === null) await kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it('makes its folder anew when it was killed while it made it', async () => {
    run();
    await awaitUntil(() => (existsSync(path.join(folder, 'data.new', 'base')) ? true : undefined), {
      what: 'the folder to be begun',
      withinMs: 60_000,
    });
    await kill();
    expect(existsSync(path.join(folder, 'data'))).toBe(false);
    await start();
    const client = await connect();
    await client.query('create table pairs (round int, half int)');
    await client.end();
  });

  it(`keeps whole transactions and all that it confirmed, killed ${kills} times at any moment`, async () => {
    let confirmed = 0;
    for (let round = 0; round < kills; round++) {
      const client = await connect();
      const wanted = Math.floor(Math.random() * 40);
      const writing = (async () => {
        for (let written = 0; ; written++) {
          await client.query('begin');
          await client.query('insert into pairs values ($1, 1)', [round]);
          await client.query('insert into pairs values ($1, 2)', [round]);
          await client.query('commit');
          confirmed++;
          if (written === wanted) void kill();
        }
      })().catch(() => {});
      await writing;
      await awaitUntil(() => (child.signalCode === null ? undefined : true), {
        what: 'the kill',
        withinMs: 10_000,
      });
      await start();
      const reader = await connect();
      const { rows } = await reader.query(
        'select count(*) filter (where half = 1)::int as first, count(*) filter (where half = 2)::int as second from pairs',
      );
      await reader.end();
      const [{ first, second }] = rows;
      expect(first).toBe(second);
      // The one that was under way may have arrived without its confirmation.
      expect(
        first - confirmed,
        `round ${round}: ${first} rows, ${confirmed} confirmed`,
      ).toBeGreaterThanOrEqual(0);
      confirmed = first;
    }
  });
});

/** Two stacks, or a stack and another program, on the same ports: neither takes the other for its own. */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { urlOf } from '../../base/endpoint.ts';
import { leaksInvisible, portsOf, processesOf } from '../../testing/leaks.ts';
import { type CliResult, makeProject, notBuilt, type TestProject } from '../../testing/project.ts';
import { readState } from '../state.ts';

const reason = notBuilt ?? leaksInvisible;
const off = { enabled: false };

const projects: TestProject[] = [];
const servers: Server[] = [];

async function project(config?: Record<string, unknown>): Promise<TestProject> {
  const made = await makeProject(config);
  projects.push(made);
  return made;
}

/** Only a cache, on this port. */
function cacheOn(port: number): Promise<TestProject> {
  const cache = { url: `redis://localhost:${port}` };
  return project({ services: { api: off, web: off, database: off, cache } });
}

/** Only a database: the slowest start, and data to be lost. */
async function databaseProject(port?: number): Promise<TestProject> {
  const made = await project();
  const database = { url: `postgresql://postgres:x@localhost:${port ?? made.ports.database}/meatymusic` };
  const services = { api: off, web: off, cache: off, database };
  writeFileSync(made.file('meatymusic.config.json'), JSON.stringify({ runtime: 'embedded', services }));
  return made;
}

function stateOf({ folder }: TestProject) {
  const { supervisor: state } = readState(folder);
  if (!state) throw new Error(`no state in ${folder}`);
  return state;
}

/** A server that answers a health check of Redis; `undefined` where the port is another's. */
function pretend(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (chunk) => socket.write(/^auth/i.test(String(chunk)) ? '+OK\r\n' : '+PONG\r\n'));
    });
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      servers.push(server);
      resolve(server);
    });
  });
}

/**
 * A program `redis-server` that is given its port and does not get it: the test takes the port first, as soon as the
 * program has written it to a file. Then it ends as Redis does, or lives on.
 */
function lateRedis({ file }: TestProject, { ends }: { ends: boolean }): { PATH: string } {
  mkdirSync(file('bin'));
  const program = `#!${process.execPath}
const fs = require('node:fs');
if (process.argv.includes('--version')) {
  console.log('Redis server v=7.0.15');
} else {
  const settings = process.argv.includes('-') ? fs.readFileSync(0, 'utf8') : process.argv.join(' ');
  const port = /port (\\d+)/.exec(settings)[1];
  const [wanted, taken] = ${JSON.stringify([file('wanted'), file('taken')])};
  fs.writeFileSync(wanted + '.new', port);
  fs.renameSync(wanted + '.new', wanted);
  const timer = setInterval(() => {
    if (!fs.existsSync(taken)) return;
    clearInterval(timer);
    if (${ends}) {
      console.error('Warning: Could not create server TCP listening socket 127.0.0.1:' + port + ': bind: Address already in use');
      process.exit(1);
    }
    setInterval(() => {}, 1000);
  }, 5);
}
`;
  writeFileSync(file('bin/redis-server'), program);
  chmodSync(file('bin/redis-server'), 0o755);
  return { PATH: `${file('bin')}:${process.env.PATH}` };
}

/** Takes the port that the late program wants, and lets it try. */
async function takeWanted({ file }: TestProject): Promise<number> {
  const port = await awaitUntil(
    () => (existsSync(file('wanted')) ? readFileSync(file('wanted'), 'utf8') : undefined),
    {
      what: 'the program to start',
      withinMs: 60_000,
      maxIntervalMs: 5,
    },
  );
  await pretend(Number(port));
  writeFileSync(file('taken'), port);
  return Number(port);
}

const described = ({ code, stdout, stderr }: CliResult) => `exit code ${code}\n${stdout}\n${stderr}`;

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe.skipIf(reason)(`an embedded stack beside others${reason ? ` (${reason})` : ''}`, () => {
  afterEach(async () => {
    for (const server of servers.splice(0)) server.close();
    await Promise.all(projects.splice(0).map((made) => made.remove()));
  });

  it('starts two folders at the same time on the same ports, each with its own services', async () => {
    const first = await databaseProject();
    const second = await databaseProject(first.ports.database);
    const results = await Promise.all([first, second].map((made) => made.run(['up', '--no-verify'])));
    expect(
      results.map(({ code }) => code),
      results.map(described).join('\n'),
    ).toEqual([0, 0]);
    const states = [first, second].map(stateOf);
    expect(new Set(states.map(({ ports }) => ports.database)).size).toBe(2);
    for (const { children, ports, endpoints } of states) {
      expect(portsOf(children.database?.pid as number)).toEqual([`127.0.0.1:${ports.database}`]);
      const rows = await query(
        urlOf(endpoints?.database) as string,
        'select count(*)::int as n from kysely_migration',
      );
      expect(rows).toEqual([{ n: 1 }]);
    }
  });

  it('is not healthy by what another program answers on its port', async () => {
    const made = await cacheOn((await project()).ports.cache);
    const running = made.start(['up', '--no-verify', '--timeout', '3s'], lateRedis(made, { ends: false }));
    const port = await takeWanted(made);
    const result = await running.ended;
    expect(result.code, described(result)).toBe(124);
    expect(result.stderr).toContain(`cache was not healthy within 3.00 s: port ${port} is held by process`);
    expect(processesOf(made.folder)).toEqual([]);
  });

  it('names the holder of a port that was taken in between where ports are fixed', async () => {
    const made = await cacheOn((await project()).ports.cache);
    const running = made.start(['up', '--no-verify', '--ports', 'fixed'], lateRedis(made, { ends: true }));
    const port = await takeWanted(made);
    const result = await running.ended;
    expect(result.code, described(result)).toBe(69);
    expect(result.stderr).toContain('error[port-taken]');
    expect(result.stderr).toContain(`port ${port} of cache is taken by process ${process.pid} `);
    expect(processesOf(made.folder)).toEqual([]);
  });

  it('reports a service that has ended without an address, whatever answers on its port', async () => {
    const made = await cacheOn((await project()).ports.cache);
    const up = await made.run(['up', '--no-verify']);
    expect(up.code, described(up)).toBe(0);
    const { children, ports } = stateOf(made);
    process.kill(children.cache?.pid as number, 'SIGKILL');
    await awaitUntil(() => pretend(ports.cache as number), { what: 'the port', withinMs: 10_000 });
    const { services } = (await made.json(['status'])) as { services: Record<string, unknown>[] };
    expect(services).toMatchObject([{ service: 'cache', state: 'exited', health: 'none', addresses: [] }]);

    const fixed = await made.run(['up', '--no-verify', '--ports', 'fixed']);
    expect(fixed.code, described(fixed)).toBe(69);
    expect(fixed.stderr).toContain(`port ${ports.cache} of cache is taken by process ${process.pid} `);
    const auto = await made.run(['up', '--no-verify']);
    expect(auto.code, described(auto)).toBe(0);
    expect(stateOf(made).ports.cache).not.toBe(ports.cache);
  });

  it('leaves the stack of the folder alone of which this one is a copy', async () => {
    const made = await cacheOn((await project()).ports.cache);
    await made.run(['up', '--no-verify']);
    const copy = await project();
    cpSync(made.folder, copy.folder, { recursive: true });
    expect((await copy.run(['status'])).code).toBe(69);
    expect((await copy.run(['down'])).stderr).toContain('nothing was running');
    expect((await made.run(['status'])).code).toBe(0);
  });

  it('asks for a password that is its own, stays, and is shown on request alone', async () => {
    const made = await databaseProject();
    const up = await made.run(['up', '--no-verify']);
    expect(up.code, described(up)).toBe(0);
    const url = new URL(urlOf(stateOf(made).endpoints?.database) as string);
    const { password } = url;
    expect(password).toMatch(/^[\w-]{32}$/);
    expect(statSync(made.file('.meatymusic/keys/password')).mode & 0o777).toBe(0o600);
    expect(await query(url.href, 'select 1 as n')).toEqual([{ n: 1 }]);
    url.password = 'postgres';
    await expect(query(url.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });

    const status = await made.run(['status']);
    expect(up.stdout + up.stderr + status.stdout + status.stderr).not.toContain(password);
    expect((await made.run(['status', '--show-secrets'])).stdout).toContain(`postgres:${password}@127.0.0.1`);
    const { endpoints } = await made.json(['status', '--show-secrets']);
    expect(endpoints).toMatchObject({ database: { url: expect.stringContaining(password) } });
    const arguments_ = processesOf(made.folder).map(({ pid }) =>
      readFileSync(`/proc/${pid}/cmdline`, 'latin1'),
    );
    expect(arguments_.join()).not.toContain(password);

    await made.run(['down']);
    await made.run(['up', '--no-verify']);
    expect(new URL(urlOf(stateOf(made).endpoints?.database) as string).password).toBe(password);
  });
});

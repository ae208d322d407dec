/**
 * Two embedded stacks that want the same ports, one of which is killed at a random moment of its start, again and again.
 * A hundred rounds by hand: `MEATYMUSIC_KILLS=100 npx vitest run … embedded/kills`.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pause } from '../../base/await-until.ts';
import { urlOf } from '../../base/endpoint.ts';
import { leaksInvisible, processesOf } from '../../testing/leaks.ts';
import { type CliResult, makeProject, notBuilt, type TestProject } from '../../testing/project.ts';
import { readState } from '../state.ts';

const reason = notBuilt ?? leaksInvisible;
const rounds = Number(process.env.MEATYMUSIC_KILLS ?? 2);
const minuteMs = 60_000;

interface Stack {
  name: string;
  project: TestProject;
  /** Rows that its database has confirmed. */
  rows: number;
}

let stacks: Stack[];
/** How long a start takes on this machine. */
let startMs = 0;
const tally = { starting: 0, running: 0, killed: {} as Record<string, number>, attempts: 0, refused: 0 };

const described = ({ code, stdout, stderr }: CliResult) => `exit code ${code}\n${stdout}\n${stderr}`;

function endpointsOf({ project }: Stack) {
  return readState(project.folder).supervisor?.endpoints;
}

async function up(stack: Stack): Promise<void> {
  const result = await stack.project.run(['up', '--no-verify']);
  expect(result.code, `${stack.name}: ${described(result)}`).toBe(0);
}

async function withDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: minuteMs });
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

async function insert(stack: Stack, url: string): Promise<void> {
  await withDatabase(url, (client) => client.query('insert into marks values ($1)', [stack.name]));
  stack.rows++;
}

/** Its own rows, all of them, and no others; and no key of another stack. */
async function inspect(stack: Stack): Promise<void> {
  const databaseUrl = urlOf(endpointsOf(stack)?.database) ?? '';
  const cacheUrl = urlOf(endpointsOf(stack)?.cache) ?? '';
  const counted = await withDatabase(databaseUrl, (client) =>
    client.query('select stack, count(*)::int as n from marks group by stack'),
  );
  expect(counted.rows.map((row) => row.stack)).toEqual([stack.name]);
  const found = counted.rows[0].n as number;
  expect(found, `rows of ${stack.name}`).toBeGreaterThanOrEqual(stack.rows);
  // One that was under way may have arrived without its confirmation.
  stack.rows = found;
  const cache = new Redis(cacheUrl, { retryStrategy: () => null });
  cache.on('error', () => {});
  try {
    await cache.set(`mark:${stack.name}`, 'x');
    expect(await cache.keys('mark:*')).toEqual([`mark:${stack.name}`]);
  } finally {
    cache.disconnect();
  }
}

/** Writes to the address that the stack had, whatever answers there now, until it is stopped. */
function keepWriting(stack: Stack, url: string): () => Promise<void> {
  let stopped = false;
  const writing = (async () => {
    while (!stopped) {
      tally.attempts++;
      await insert(stack, url).catch((error) => {
        if (error.code === '28P01') tally.refused++;
      });
      await pause(20);
    }
  })();
  return () => {
    stopped = true;
    return writing;
  };
}

/** Kills the command, its supervisor or one of the services: one that runs at this moment. */
function killOne({ project }: Stack, command: number): void {
  const others = processesOf(project.folder).filter(({ pid }) => pid !== command);
  const victims = [{ pid: command, command: 'meatymusic up' }, ...others];
  const victim = victims[Math.floor(Math.random() * victims.length)];
  const { supervisor: state } = readState(project.folder);
  const named = Object.entries(state?.children ?? {});
  const isSupervisor = state?.supervisor.pid === victim?.pid;
  const service = named.find(([, { pid }]) => pid === victim?.pid)?.[0];
  const name = isSupervisor ? 'supervisor' : (service ?? victim?.command ?? 'none');
  try {
    process.kill(victim?.pid as number, 'SIGKILL');
    tally.killed[name] = (tally.killed[name] ?? 0) + 1;
  } catch {
    // It ended in between.
  }
}

describe.skipIf(reason)(`two embedded stacks on the same ports${reason ? ` (${reason})` : ''}`, () => {
  beforeAll(async () => {
    const template = await makeProject();
    const projects = [await makeProject(), await makeProject()];
    try {
      const made = await template.run(['up', '--no-verify']);
      expect(made.code, described(made)).toBe(0);
      await template.run(['down']);
      const settings = JSON.stringify({
        runtime: 'embedded',
        services: {
          api: { url: `http://localhost:${template.ports.api}` },
          web: { url: `http://localhost:${template.ports.web}` },
          database: { url: `postgresql://postgres@localhost:${template.ports.database}/meatymusic` },
          cache: { url: `redis://localhost:${template.ports.cache}` },
        },
      });
      for (const { file } of projects) {
        writeFileSync(file('meatymusic.config.json'), settings);
        mkdirSync(file('.meatymusic'));
        cpSync(template.file('.meatymusic/data'), file('.meatymusic/data'), { recursive: true });
      }
    } finally {
      await template.remove();
    }
    stacks = projects.map((project, index) => ({ name: `stack-${index}`, project, rows: 0 }));
    const begun = performance.now();
    await Promise.all(stacks.map(up));
    startMs = performance.now() - begun;
    for (const stack of stacks) {
      const databaseUrl = urlOf(endpointsOf(stack)?.database) ?? '';
      await withDatabase(databaseUrl, (client) => client.query('create table marks (stack text)'));
      await insert(stack, databaseUrl);
      await inspect(stack);
    }
  }, 10 * minuteMs);
  afterAll(async () => {
    process.stdout.write(`${rounds} kills: ${JSON.stringify(tally)}\n`);
    await Promise.all(stacks?.map(({ project }) => project.remove()) ?? []);
  }, 5 * minuteMs);

  it(
    `neither writes into the other, leaves a process or loses a row in ${rounds} kills`,
    async () => {
      for (let round = 0; round < rounds; round++) {
        const [victim, other] = (Math.random() < 0.5 ? stacks : [...stacks].reverse()) as [Stack, Stack];
        const databaseUrl = urlOf(endpointsOf(victim)?.database) ?? '';
        const stopWriting = keepWriting(victim, databaseUrl);
        await victim.project.run(['down']);
        // Every other time both start at once, and either may have the ports.
        if (round % 2 === 0) await other.project.run(['down']);
        const starting = victim.project.start(['up', '--no-verify']);
        const besides = round % 2 === 0 ? up(other) : Promise.resolve();
        await Promise.race([pause(Math.random() * startMs * 1.2), starting.ended]);
        tally[starting.child.exitCode === null ? 'starting' : 'running']++;
        killOne(victim, starting.child.pid as number);
        await Promise.all([starting.ended, besides]);
        await stopWriting();
        if (Math.random() < 0.5) {
          await victim.project.run(['down']);
          expect(processesOf(victim.project.folder), `round ${round}`).toEqual([]);
        }
        await Promise.all([up(victim), up(other)]);
        for (const stack of stacks) {
          await inspect(stack);
          await insert(stack, urlOf(endpointsOf(stack)?.database) ?? '');
        }
      }
      await Promise.all(stacks.map(({ project }) => project.run(['down'])));
      expect(stacks.flatMap(({ project }) => processesOf(project.folder))).toEqual([]);
    },
    (rounds + 2) * 5 * minuteMs,
  );
});

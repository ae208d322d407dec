import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { builtInMigrations } from '../../migrate/index.ts';
import type { SupervisorState } from '../../runners/state.ts';
import { startCountingServer } from '../../testing/counting-server.ts';
import { leaksInvisible, leaksSince, processesOf, takeSnapshot } from '../../testing/leaks.ts';
import { type CliResult, makeProject, notBuilt, type TestProject } from '../../testing/project.ts';

const reason = notBuilt ?? leaksInvisible;
const nothing = { processes: [], ports: [] };

const projects: TestProject[] = [];
let template: TestProject;

async function project(config?: Record<string, unknown>): Promise<TestProject> {
  const made = await makeProject(config);
  projects.push(made);
  return made;
}

/** A project whose database was made before, which takes most of a first start. */
async function warmProject(config?: Record<string, unknown>): Promise<TestProject> {
  const made = await project(config);
  mkdirSync(made.file('.meatymusic'));
  cpSync(template.file('.meatymusic/data'), made.file('.meatymusic/data'), { recursive: true });
  return made;
}

/** Only these services: all that the supervisor's own behaviour needs. */
async function smallProject(...names: string[]): Promise<TestProject> {
  const made = await project();
  const file = made.file('meatymusic.config.json');
  const { services, ...config } = JSON.parse(readFileSync(file, 'utf8'));
  for (const name of Object.keys(services)) if (!names.includes(name)) services[name] = { enabled: false };
  writeFileSync(file, JSON.stringify({ ...config, services }));
  return made;
}

const cacheProject = () => smallProject('cache');

const stateOf = ({ file }: TestProject) =>
  JSON.parse(readFileSync(file('.meatymusic/supervisor.json'), 'utf8')) as SupervisorState;

const pidsOf = (made: TestProject) =>
  Object.fromEntries(Object.entries(stateOf(made).children).map(([name, { pid }]) => [name, pid]));

/** What a failing test needs to say. */
const outputOf = ({ code, stdout, stderr }: CliResult) => `exit code ${code}\n${stdout}\n${stderr}`;

async function gone(made: TestProject): Promise<void> {
  await awaitUntil(() => (processesOf(made.folder).length === 0 ? true : undefined), {
    what: 'all processes to end',
    withinMs: 10_000,
  });
  const { processes, ports } = takeSnapshot(made.folder);
  expect({ processes, ports }).toEqual(nothing);
}

describe.skipIf(reason)(`up on the embedded runtime${reason ? ` (${reason})` : ''}`, () => {
  beforeAll(async () => {
    template = await makeProject();
    const made = await template.run(['up', '--no-verify']);
    if (made.code !== 0) throw new Error(outputOf(made));
    await template.run(['down']);
  });
  afterEach(async () => {
    await Promise.all(projects.splice(0).map((made) => made.remove()));
  });
  afterAll(() => template?.remove());

  it('starts, migrates, is idempotent, and leaves neither process nor port nor state after down', async () => {
    const made = await warmProject();
    const before = takeSnapshot(made.folder);
    const first = await made.run(['up', '--no-verify']);
    expect(first.code, outputOf(first)).toBe(0);
    expect(first.stderr).toContain(`http://127.0.0.1:${made.ports.api}`);
    expect(first.stderr).toMatch(/✔ readiness +GET \/health\/ready answers 200/);
    const pids = pidsOf(made);
    expect(Object.keys(pids).sort()).toEqual(['api', 'cache', 'database', 'web']);

    const second = await made.run(['up', '--no-verify']);
    expect(second.code, outputOf(second)).toBe(0);
    expect(pidsOf(made)).toEqual(pids);
    const status = await made.json(['status']);
    const services = status.services as {
      service: string;
      state: string;
      health: string;
      restarts: number;
      memoryBytes: number;
    }[];
    for (const { state, health, restarts, memoryBytes } of services) {
      expect({ state, health, restarts }).toEqual({ state: 'running', health: 'healthy', restarts: 0 });
      expect(memoryBytes).toBeGreaterThan(5e6);
    }
    const shown = (await made.run(['status'])).stdout;
    expect(shown).toMatch(/^api .* \d+ MB /m);
    expect(shown).toMatch(/^\d+ MB of memory in all, \d+ MB of it the supervisor's$/m);
    await followsTheBuiltInMigrations(made);

    const down = await made.run(['down']);
    expect(down.code, outputOf(down)).toBe(0);
    await gone(made);
    const leaks = leaksSince(made.folder, before);
    const kept = /^\.meatymusic(\/(data|logs|keys)(\/.*)?|\/\.gitignore)?$/;
    expect(leaks.files.filter((name) => !kept.test(name))).toEqual([]);
    expect((await made.run(['down'])).stderr).toContain('nothing was running');
  });

  it('refuses with 69 and names port and holder when ports are fixed, and leaves nothing', async () => {
    const made = await cacheProject();
    const holder = await listenOn(made.ports.cache);
    const fixed = await made.run(['up', '--no-verify', '--ports', 'fixed']);
    expect(fixed.code, outputOf(fixed)).toBe(69);
    expect(fixed.stderr).toContain('error[port-taken]');
    expect(fixed.stderr).toMatch(
      new RegExp(`port ${made.ports.cache} of cache is taken by process ${process.pid} `),
    );
    await gone(made);
    expect(existsSync(made.file('.meatymusic/supervisor.json'))).toBe(false);

    const auto = await made.run(['up', '--no-verify']);
    holder.close();
    expect(auto.code, outputOf(auto)).toBe(0);
    expect(auto.stderr).toMatch(`note: port ${made.ports.cache} is taken: cache listens on`);
    expect(stateOf(made).ports.cache).not.toBe(made.ports.cache);
  });

  it('starts one stack when two calls come at the same time', async () => {
    const made = await cacheProject();
    const both = await Promise.all([made.run(['up', '--no-verify']), made.run(['up', '--no-verify'])]);
    expect(
      both.map(({ code }) => code),
      both.map(outputOf).join(),
    ).toEqual([0, 0]);
    const names = processesOf(made.folder).map(({ command }) => command);
    expect(names.sort()).toHaveLength(2);
  });

  it.each([
    ['while it starts', /database +starting/, () => smallProject('database')],
    ['after the start', /migrations/, () => smallProject('database')],
    ['in the verification', /cache +redis:/, warmProject],
  ])('ends with 130 and leaves nothing after Ctrl-C %s', async (_, moment, make) => {
    const made = await make();
    const running = made.start(['up']);
    await running.sees(moment);
    running.child.kill('SIGINT');
    const result = await running.ended;
    expect(result.code, outputOf(result)).toBe(130);
    await gone(made);
    expect(existsSync(made.file('.meatymusic/supervisor.json'))).toBe(false);
  });

  it('leaves a stack that ran before when Ctrl-C ends a later call', async () => {
    const made = await cacheProject();
    await made.run(['up', '--no-verify']);
    const pids = pidsOf(made);
    const again = made.start(['up', '--stable-for', '1m']);
    await again.sees(/runtime/);
    again.child.kill('SIGINT');
    expect((await again.ended).code).toBe(130);
    expect((await made.run(['status'])).code).toBe(0);
    expect(pidsOf(made)).toEqual(pids);
  });

  it('ends a killed supervisor’s services and starts anew with the data', async () => {
    const made = await smallProject('database', 'cache');
    await made.run(['up', '--no-verify']);
    const old = stateOf(made);
    process.kill(old.supervisor.pid, 'SIGKILL');
    await awaitUntil(
      async () => ((await made.run(['status'])).stdout.includes('left by a supervisor') ? true : undefined),
      { what: 'status to report', withinMs: 20_000 },
    );
    const again = await made.run(['up', '--no-verify']);
    expect(again.code, outputOf(again)).toBe(0);
    expect(again.stderr).toContain('none pending');
    expect(stateOf(made).supervisor.pid).not.toBe(old.supervisor.pid);
    process.kill(stateOf(made).supervisor.pid, 'SIGKILL');
    const down = await made.run(['down']);
    expect(down.code, outputOf(down)).toBe(0);
    await gone(made);
  });

  it('adopts what a killed call was starting, and down finds it without any state', async () => {
    const made = await cacheProject();
    const running = made.start(['up', '--no-verify', '--stable-for', '3s']);
    await running.sees(/cache +healthy/);
    running.child.kill('SIGKILL');
    await running.ended;
    const { supervisor } = stateOf(made);
    const again = await made.run(['up', '--no-verify']);
    expect(again.code, outputOf(again)).toBe(0);
    expect(stateOf(made).supervisor).toEqual(supervisor);
    process.kill(supervisor.pid, 'SIGKILL');
    rmSync(made.file('.meatymusic/supervisor.json'));
    await made.run(['down']);
    await gone(made);
  });

  it('reports a service that died with its end, and starts it again', async () => {
    const made = await cacheProject();
    await made.run(['up', '--no-verify']);
    process.kill(pidsOf(made).cache as number, 'SIGKILL');
    await awaitUntil(async () => ((await made.run(['status'])).code === 69 ? true : undefined), {
      what: 'status to report',
      withinMs: 20_000,
    });
    expect(readFileSync(made.file('.meatymusic/logs/supervisor.log'), 'utf8')).toContain(
      'cache exited was killed by SIGKILL',
    );
    // By now its port may be another server's.
    const stranger = await startCountingServer(made.ports.cache);
    const verify = await made.run(['verify', 'cache/ping', '--reporter', 'json']);
    expect(verify.code, outputOf(verify)).toBe(1);
    expect(JSON.parse(verify.stdout)).toMatchObject({
      checks: [{ code: 'not-running', actual: 'cache does not run' }],
    });
    expect(stranger.seen).toEqual({ connections: 0, bytes: 0 });
    await stranger.close();
    const again = await made.run(['up', '--no-verify']);
    expect(again.code, outputOf(again)).toBe(0);
    const { services } = (await made.json(['status'])) as { services: { restarts: number }[] };
    expect(services[0]?.restarts).toBe(1);
  });

  it('says why a service ended at its start, with its last log lines, and leaves nothing', async () => {
    const made = await warmProject();
    const result = await made.run(['up', '--no-verify'], { RATE_LIMIT_MAX: 'many' });
    expect(result.code, outputOf(result)).toBe(69);
    expect(result.stderr).toMatch(/error\[service-exited\]: api ended with exit code \d+/);
    expect(result.stderr).toContain('RATE_LIMIT_MAX must be a whole number');
    await gone(made);
  });

  it('fails at once when a service that was healthy ends while others still start', async () => {
    const made = await smallProject('database', 'cache');
    const running = made.start(['up', '--no-verify']);
    await running.sees(/cache +healthy/);
    process.kill(pidsOf(made).cache as number, 'SIGKILL');
    const result = await running.ended;
    expect(result.code, outputOf(result)).toBe(69);
    expect(result.stderr).toContain('error[service-exited]: cache was killed by SIGKILL');
    expect(result.stderr).not.toMatch(/database +healthy/);
    await gone(made);
  });

  it('says with 124 which service was not healthy within --timeout, and leaves nothing', async () => {
    const made = await smallProject('database', 'cache');
    const result = await made.run(['up', '--timeout', '50ms', '--no-verify']);
    expect(result.code, outputOf(result)).toBe(124);
    expect(result.stderr).toMatch(
      /error\[start-timeout\]: (database|api|web|cache) was not healthy within 50 ms/,
    );
    expect(result.stderr).toContain('hint: give it longer with --timeout; meatymusic logs ');
    await gone(made);
  });

  it('refuses a data folder that another stack uses, and names its holder', async () => {
    const first = await smallProject('database');
    await first.run(['up', '--no-verify']);
    const second = await smallProject('database');
    mkdirSync(second.file('.meatymusic'));
    symlinkSync(first.file('.meatymusic/data'), second.file('.meatymusic/data'));
    const result = await second.run(['up', '--no-verify']);
    expect(result.code, outputOf(result)).toBe(69);
    expect(result.stderr).toContain('error[data-folder-in-use]');
    expect(result.stderr).toContain(`is held by process ${pidsOf(first).database} `);
    expect((await first.run(['status'])).code).toBe(0);
    rmSync(second.file('.meatymusic/data'));
  });

  it('stops a service that takes no SIGTERM', async () => {
    const made = await cacheProject();
    await made.run(['up', '--no-verify']);
    process.kill(pidsOf(made).cache as number, 'SIGSTOP');
    const down = await made.run(['down']);
    expect(down.code, outputOf(down)).toBe(0);
    await gone(made);
  });

  it('stays in the foreground with the logs, and stops the stack at Ctrl-C', async () => {
    const made = await warmProject();
    const running = made.start(['up', '--no-verify', '--foreground']);
    await running.sees(/redis:\/\//);
    const response = awaitUntil(
      async () => (await fetch(`http://127.0.0.1:${made.ports.api}/health`)).status,
      {
        what: 'the API',
        withinMs: 10_000,
      },
    );
    expect(await response).toBe(200);
    await running.sees(/api .*\/health|api .*request/);
    running.child.kill('SIGINT');
    const result = await running.ended;
    expect(result.code, outputOf(result)).toBe(130);
    await gone(made);
  });

  it('removes the data with --volumes', async () => {
    const made = await warmProject();
    const down = await made.run(['down', '--volumes']);
    expect(down.code, outputOf(down)).toBe(0);
    expect(existsSync(path.join(made.folder, '.meatymusic', 'data'))).toBe(false);
  });
});

/** The first migration of a project beside a running demo stack comes after those that its database has. */
async function followsTheBuiltInMigrations(made: TestProject): Promise<void> {
  const [foundation = ''] = readdirSync(builtInMigrations).filter((name) => name.endsWith('.ts'));
  const created = await made.run(['migrate', 'create', 'add songs']);
  expect(created.stderr).toContain(`copied migrations/${foundation}`);
  const plan = await made.run(['migrate', 'plan']);
  expect(plan.code, outputOf(plan)).toBe(0);
  expect(plan.stdout).toMatch(/^-- \d{14}_add_songs\n/);
  rmSync(made.file(`migrations/${foundation}`));
  const alone = await made.run(['migrate', 'plan']);
  expect(alone.code, outputOf(alone)).toBe(78);
  expect(alone.stderr).toMatch(/hint: .*demo stack; .*meatymusic down --volumes/);
  rmSync(made.file('migrations'), { recursive: true });
}

function listenOn(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { type CountingServer, startCountingServer } from '../../testing/counting-server.ts';
import { type ComposeProject, dockerMissing, makeComposeProject, noServices } from '../../testing/docker.ts';
import { freePort } from '../../testing/free-port.ts';
import { type CliResult, notBuilt, startCli } from '../../testing/project.ts';

const missing = dockerMissing ?? notBuilt;
const slow = { timeout: 400_000 };

let project: ComposeProject;
const strangers: CountingServer[] = [];
afterEach(async () => {
  await Promise.all(strangers.splice(0).map((server) => server.close()));
  await project?.remove();
});

const outputOf = ({ code, stdout, stderr }: CliResult) => `exit code ${code}\n${stdout}\n${stderr}`;
const run = (...args: string[]) => startCli(project.folder, args).ended;
const container = (service: string) => `${project.name}-${service}-1`;
const docker = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8' }).trim();

interface Result {
  code?: string;
  actual?: string;
  hint?: string;
  status: string;
}
/** The one result of a check, by its report. */
async function verdictOf(check: string): Promise<Result> {
  const result = await run('verify', check, '--reporter', 'json');
  const { checks } = JSON.parse(result.stdout) as { checks: (Result & { id: string })[] };
  const found = checks.find(({ id }) => id === check);
  if (!found) throw new Error(outputOf(result));
  return found;
}

/** Its configured addresses, the default ones for instance, are those of servers that are not part of the stack. */
async function start(redisPort: number) {
  const [database, cache] = [await startCountingServer(), await startCountingServer()];
  strangers.push(database, cache);
  const config = {
    runtime: 'compose',
    verify: { timeout: '60s', deadline: '2m' },
    services: {
      ...noServices,
      database: { url: `postgresql://postgres:postgres@localhost:${database.port}/shop` },
      cache: { url: `redis://localhost:${cache.port}` },
    },
    compose: { services: { database: 'db', cache: 'sessions' } },
  };
  project = makeComposeProject(
    `services:
  db:
    image: redis:7-alpine
    entrypoint: [redis-server, --port, "5432", --bind, "* -::*", --protected-mode, "no"]
    ports: ["127.0.0.1::5432"]
    healthcheck: { test: "true", interval: 1s }
    stop_grace_period: 0s
  sessions:
    image: redis:7-alpine
    ports: ["127.0.0.1:${redisPort}:6379"]
    stop_grace_period: 0s
`,
    { files: { 'meatymusic.config.json': JSON.stringify(config) } },
  );
  const up = await run('up', '--no-verify', '--no-migrate');
  expect(up.code, outputOf(up)).toBe(0);
  return [database, cache];
}

describe.skipIf(missing)(`a service whose container does not run${missing ? ` (${missing})` : ''}`, () => {
  it('has no address: its checks fail with the reason, and nothing else is dialled', slow, async () => {
    const port = await freePort();
    const servers = await start(port);
    docker('kill', container('sessions'));
    // What the container published is by now another server's, too.
    const successor = await startCountingServer(port);
    strangers.push(successor);
    const verify = await run('verify', 'cache', '--reporter', 'json');
    expect(verify.code, outputOf(verify)).toBe(1);
    const { checks, stack } = JSON.parse(verify.stdout) as {
      checks: (Result & { id: string })[];
      stack: { services: { cache: { host: string } }; absent: Record<string, { reason: string }> };
    };
    const reason = `container ${container('sessions')} exited (137)`;
    expect(checks.find(({ id }) => id === 'cache/ping')).toMatchObject({
      status: 'fail',
      code: 'not-running',
      actual: reason,
      hint: expect.stringContaining('meatymusic up'),
    });
    expect(checks.filter(({ status }) => status === 'pass')).toEqual([]);
    expect(stack.absent.cache?.reason).toBe(reason);
    expect(stack.services.cache.host).toBe('cache.invalid');

    docker('kill', container('db'));
    const databaseReason = `container ${container('db')} exited (137)`;
    expect(await verdictOf('database/connects')).toMatchObject({
      code: 'not-running',
      actual: databaseReason,
    });
    for (const command of [
      ['migrate', 'up'],
      ['migrate', 'status'],
    ]) {
      const migrate = await run(...command);
      expect(migrate.code, outputOf(migrate)).toBe(69);
      expect(migrate.stderr).toContain(databaseReason);
    }
    const doctor = await run('doctor');
    expect(doctor.code, outputOf(doctor)).toBe(0);
    for (const { seen } of [...servers, successor]) expect(seen).toEqual({ connections: 0, bytes: 0 });
  });

  it('says that it is paused, restarts again and again, or is gone', slow, async () => {
    await start(await freePort());
    docker('pause', container('sessions'));
    expect(await verdictOf('cache/ping')).toMatchObject({
      actual: `container ${container('sessions')} is paused`,
      hint: `docker unpause ${container('sessions')}`,
    });
    docker('rm', '--force', container('sessions'));
    expect(await verdictOf('cache/ping')).toMatchObject({ actual: 'there is no container of sessions' });
    // Another container of the same service, as its file would make it by then.
    const labels = docker('inspect', '--format', '{{json .Config.Labels}}', container('db'));
    const given = Object.entries({
      ...(JSON.parse(labels) as Record<string, string>),
      'com.docker.compose.service': 'sessions',
    }).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
    docker(
      'run',
      '--detach',
      '--restart',
      'always',
      '--name',
      container('sessions'),
      ...given,
      'redis:7-alpine',
      'false',
    );
    const isRestarting = () =>
      docker('inspect', '--format', '{{.State.Status}}', container('sessions')) === 'restarting';
    // The engine waits longer after each end: by then, long enough for a look.
    await awaitUntil(() => (isRestarting() ? true : undefined), { what: 'the restart', withinMs: 60_000 });
    await awaitUntil(
      async () => {
        const { actual = '' } = await verdictOf('cache/ping');
        return actual === `container ${container('sessions')} is restarting: it exited (1)`
          ? true
          : undefined;
      },
      { what: 'the reason', withinMs: 120_000 },
    );
  });
});

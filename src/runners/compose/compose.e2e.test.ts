import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { distFolder } from '../../base/package-root.ts';
import { configOf } from '../../config/schema.ts';
import { dockerMissing, nothingLeft } from '../../testing/docker.ts';
import { freePort } from '../../testing/free-port.ts';
import { type CliResult, makeProject, notBuilt, type TestProject } from '../../testing/project.ts';
import { makeSmallComposeProject } from '../../testing/small-compose.ts';
import { createEngineCli } from './cli.ts';
import { ownProject } from './files.ts';
import { listThings } from './remove.ts';

const stackMissing = existsSync(path.join(distFolder, 'stack/api/main.js'))
  ? undefined
  : 'needs the built stack';
const missing = dockerMissing ?? notBuilt ?? stackMissing;
const why = missing ? ` (${missing})` : '';

const cli = createEngineCli({
  config: configOf(),
  root: process.cwd(),
  env: process.env,
});

async function thingsOf({ folder }: TestProject) {
  const { containers, networks, volumes } = await listThings(cli, ownProject(folder));
  return {
    containers: containers.map(({ name }) => name).sort(),
    networks: networks.length,
    volumes: volumes.toSorted(),
  };
}

const outputOf = ({ code, stdout, stderr }: CliResult) => `exit code ${code}\n${stdout}\n${stderr}`;
// A health check is a process in a container: each second, four of them take half of what a small machine has.
const compose = { runtime: 'compose', compose: { env: { HEALTH_INTERVAL: '3s' } } };

describe.skipIf(missing)(`meatymusic up --runtime compose${why}`, () => {
  let project: TestProject;
  beforeAll(async () => {
    // Whether it is right is asked here, not whether it is fast: the machine may be busy.
    // A browser sees nothing here that it would not see of the same bundle without containers.
    const verify = { timeout: '30s', retryFor: '30s', deadline: '4m', skip: ['browser/*'] };
    project = await makeProject({ ...compose, verify });
    const file = project.file('meatymusic.config.json');
    const config = JSON.parse(readFileSync(file, 'utf8'));
    config.services.telemetry = { receiver: { httpPort: await freePort(), grpcPort: 0 } };
    writeFileSync(file, JSON.stringify(config));
  });
  afterAll(() => project?.remove());

  it('starts, migrates and verifies the reference stack', { timeout: 300_000 }, async () => {
    const result = await project.run(['up', '--otlp', '--timeout', '2m']);
    expect(result.code, outputOf(result)).toBe(0);
    expect(result.stderr).toMatch(/migrations\s+applied/);
    expect(result.stderr).toMatch(/telemetry\s+http:\/\/127\.0\.0\.1:\d+/);
    expect(result.stdout).toMatch(/0 failed|passed/);
  });

  it('takes the spans of its services in, and verify reads them from there', async () => {
    const verified = await project.run(['verify', 'observability/spans-exported', '--reporter', 'json']);
    expect(verified.code, outputOf(verified)).toBe(0);
    const { checks } = JSON.parse(verified.stdout) as { checks: { id: string; summary?: string }[] };
    expect(checks.find(({ id }) => id === 'observability/spans-exported')?.summary).toContain(
      'OTLP receiver of the stack (.meatymusic/spans/received.jsonl)',
    );
    const spans = readFileSync(project.file('.meatymusic/spans/received.jsonl'), 'utf8').trim().split('\n');
    expect(spans.map((line) => (JSON.parse(line) as { service: string }).service)).toContain(
      'meatymusic-api',
    );
    expect((await project.run(['logs', 'api'])).stdout).not.toMatch(/^\s+traceId:/m);
    expect((await project.run(['logs', 'telemetry'])).stdout).toContain('httpUrl');
  });

  it('finds it as it is the next time, and says what runs', async () => {
    const before = await thingsOf(project);
    const result = await project.run(['up', '--no-verify']);
    expect(result.code, outputOf(result)).toBe(0);
    expect(result.stderr.match(/ran already/g)).toHaveLength(5);
    expect(await thingsOf(project)).toEqual(before);
    const status = await project.run(['status']);
    expect(status.stdout).toMatch(/api\s+running\s+healthy .* \d+ MB /);
    expect(status.stdout).toContain(`127.0.0.1:${project.ports.database}`);
    const logs = await project.run(['logs', 'api', '--tail', '20']);
    expect(logs.code, outputOf(logs)).toBe(0);
    expect(logs.stdout).not.toBe('');
  });

  it('runs its services as ordinary users that can write nowhere', async () => {
    const inspect = await listThings(cli, ownProject(project.folder));
    for (const { service, name } of inspect.containers) {
      const probe = async (command: string) => (await cli.call(['exec', name, 'sh', '-c', command])).exitCode;
      expect(await probe('touch /usr/local/bin/x'), `${service} writes`).not.toBe(0);
      // PostgreSQL's entry point starts as root and becomes postgres.
      expect(
        await probe('tr "\\0" "\\n" </proc/1/status | grep -q "^Uid:[[:space:]]*0[[:space:]]"'),
        service,
      ).not.toBe(0);
    }
  });

  it('survives the end of the database, and shows a second project nothing', async () => {
    const other = await makeProject(compose);
    try {
      const down = await other.run(['down', '--volumes']);
      expect(down.code, outputOf(down)).toBe(0);
      expect((await thingsOf(project)).containers).toHaveLength(5);
    } finally {
      await other.remove();
    }
  });

  it('is broken in each way that depends on the runtime by `checks prove`, and repaired', {
    timeout: 240_000,
  }, async () => {
    // The other ways are in the checker's view of the stack, which no runtime changes.
    const ways = {
      stop: 'web/home',
      sql: 'database/vector',
      environment: 'observability/otel-initialised',
    };
    const { runtime, checks } = (await project.json(['checks', 'prove', ...Object.values(ways)])) as {
      runtime: string;
      checks: { id: string; status: string; sabotages: { kind: string; found?: string }[] }[];
    };
    const found = checks.flatMap(({ sabotages }) => sabotages.flatMap((each) => each.found ?? []));
    expect({ runtime, found }).toEqual({ runtime: 'compose', found: [] });
    expect(checks.map(({ id, status }) => `${id} ${status}`).sort()).toEqual(
      Object.values(ways)
        .map((id) => `${id} proven`)
        .sort(),
    );
    const kinds = checks.flatMap(({ sabotages }) => sabotages.map(({ kind }) => kind));
    expect(kinds).toEqual(expect.arrayContaining(Object.keys(ways)));
    const idsOf = async () =>
      (await listThings(cli, ownProject(project.folder))).containers.map(({ id }) => id);
    const repaired = (await idsOf()).sort();
    // Compose, which is asked now, finds them as its file has them.
    const up = await project.run(['up', '--no-verify']);
    expect((await idsOf()).sort(), outputOf(up)).toEqual(repaired);
    const again = await project.run(['up', '--no-verify']);
    expect(again.stderr.match(/ran already/g), outputOf(again)).toHaveLength(5);
  });

  it('removes all of it', async () => {
    const result = await project.run(['down', '--volumes']);
    expect(result.code, outputOf(result)).toBe(0);
    expect(await thingsOf(project)).toEqual(nothingLeft);
  });
});

describe.skipIf(missing)(`a call of up that ends early${why}`, () => {
  let project: TestProject;
  const leftOf = ({ folder }: TestProject) => listThings(cli, path.basename(folder).toLowerCase());
  afterEach(async () => {
    await project?.remove();
    expect(await leftOf(project)).toMatchObject({ containers: [], networks: [], volumes: [] });
  });

  it('is killed: the next up adopts what runs, and down removes all of it', async () => {
    project = await makeSmallComposeProject();
    const first = project.start(['up', '--no-verify']);
    await first.sees(/sessions\s+started/);
    first.child.kill('SIGKILL');
    await first.ended;
    // Compose itself outlives the call for a moment; what it made is there.
    const kept = await awaitUntil(
      async () =>
        (await leftOf(project)).containers.find(
          ({ service, status }) => service === 'sessions' && status === 'running',
        ),
      { what: 'the cache', withinMs: 20_000 },
    );
    const second = await project.run(['up', '--no-verify']);
    expect(second.code, outputOf(second)).toBe(0);
    const { containers } = await leftOf(project);
    expect(containers.find(({ service }) => service === 'sessions')?.id).toBe(kept.id);
    expect(containers.map(({ status }) => status)).toEqual(['running', 'running']);
    const down = await project.run(['down', '--volumes']);
    expect(down.code, outputOf(down)).toBe(0);
  });

  it('is killed: down alone removes all of it', async () => {
    project = await makeSmallComposeProject();
    const call = project.start(['up', '--no-verify']);
    await call.sees(/sessions\s+created/);
    call.child.kill('SIGKILL');
    await call.ended;
    const down = await project.run(['down', '--volumes']);
    expect(down.code, outputOf(down)).toBe(0);
    expect(await leftOf(project)).toMatchObject({ containers: [], networks: [], volumes: [] });
  });

  it('is interrupted: 130, and nothing is left', async () => {
    project = await makeSmallComposeProject();
    const call = project.start(['up', '--no-verify']);
    await call.sees(/sessions\s+started/);
    call.child.kill('SIGINT');
    expect((await call.ended).code).toBe(130);
    expect(await leftOf(project)).toMatchObject({ containers: [], networks: [], volumes: [] });
  });
});

describe.skipIf(missing)(`docker-compose.yml by hand${why}`, () => {
  it('has a variable with a default for every image, port, name and password', () => {
    const text = readFileSync(path.join(distFolder, '..', 'docker-compose.yml'), 'utf8');
    for (const name of ['POSTGRES_IMAGE', 'REDIS_IMAGE', 'NODE_IMAGE', 'API_IMAGE', 'WEB_IMAGE']) {
      expect(text).toContain(`\${${name}:-`);
    }
    for (const [name, port] of Object.entries({
      POSTGRES_PORT: 5432,
      REDIS_PORT: 6379,
      API_PORT: 8000,
      WEB_PORT: 3000,
    })) {
      expect(text).toContain(`127.0.0.1:\${${name}:-${port}}:`);
    }
    for (const name of ['POSTGRES_DB', 'POSTGRES_USER', 'POSTGRES_PASSWORD'])
      expect(text).toContain(`\${${name}:-`);
  });

  it('starts with `docker compose up --detach --wait`', async () => {
    const [api, web] = [await freePort(), await freePort()];
    const variables = {
      API_PORT: String(api),
      WEB_PORT: String(web),
      POSTGRES_PORT: String(await freePort()),
      REDIS_PORT: String(await freePort()),
    };
    const name = `mm-by-hand-${process.pid}`;
    const args = ['--project-name', name, '--file', path.join(distFolder, '..', 'docker-compose.yml')];
    try {
      const up = await cli.compose([...args, 'up', '--detach', '--wait'], { variables, withinMs: 100_000 });
      expect(up.exitCode, up.stderr).toBe(0);
      expect((await fetch(`http://127.0.0.1:${api}/health`)).status).toBe(200);
      expect((await fetch(`http://127.0.0.1:${web}/`)).status).toBe(200);
    } finally {
      await cli.compose([...args, 'down', '--volumes'], { variables, withinMs: 60_000 });
    }
  });
});

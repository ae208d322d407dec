/** Stacks whose services are started in different ways: containers, commands, and services that run already. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { dockerMissing } from '../../testing/docker.ts';
import { freePort } from '../../testing/free-port.ts';
import { leaksInvisible, processesOf } from '../../testing/leaks.ts';
import { type CliResult, makeProject, notBuilt, type TestProject } from '../../testing/project.ts';
import { readState } from '../state.ts';

const reason = notBuilt ?? leaksInvisible;
const withDocker = dockerMissing ?? reason;
const off = { enabled: false };
const none = { api: off, web: off, database: off, cache: off };
const secret = 'of-this-test-7d1f';
const apiKey = 'k3y-0f-th3-4pi-51c9';

const projects: TestProject[] = [];

async function project(
  services: Record<string, unknown>,
  more: Record<string, unknown> = {},
): Promise<TestProject> {
  const made = await makeProject();
  projects.push(made);
  configure(made, services, more);
  writeFileSync(
    made.file('server.js'),
    `const names = ['DATABASE_URL', 'REDIS_URL', 'NEXT_PUBLIC_API_URL', 'PAYMENTS', 'OTEL_SERVICE_NAME', 'FROM_FILE', 'LOG_LEVEL'];
const seen = JSON.stringify(Object.fromEntries(names.map((name) => [name, process.env[name]])));
require('node:http').createServer((_, response) => response.end(seen)).listen(Number(process.env.PORT), '127.0.0.1');
console.log(JSON.stringify({ level: 'info', message: 'listening' }));
console.log('using ' + process.env.API_KEY);
`,
  );
  writeFileSync(made.file('worker.js'), `console.log('listening for jobs'); setInterval(() => {}, 1000);`);
  return made;
}

function configure(
  { file }: TestProject,
  services: Record<string, unknown>,
  more: Record<string, unknown> = {},
): void {
  writeFileSync(
    file('meatymusic.config.json'),
    JSON.stringify({ services: { ...none, ...services }, ...more }),
  );
}

const described = ({ code, stdout, stderr }: CliResult) => `exit code ${code}\n${stdout}\n${stderr}`;
const endpointOf = async (made: TestProject, name: string) => {
  const { endpoints } = await made.json(['status', '--show-secrets']);
  return (endpoints as Record<string, { url: string }>)[name]?.url as string;
};
const statusOf = async (made: TestProject) => {
  const { services } = await made.json(['status']);
  return (services as { service: string; state: string }[]).map(
    ({ service, state }) => `${service} ${state}`,
  );
};
const api = (port: number) => ({ url: `http://localhost:${port}`, start: { command: 'node server.js' } });
const containersOf = ({ folder }: TestProject) =>
  execFileSync(
    'docker',
    ['ps', '--all', '--quiet', '--filter', `label=com.docker.compose.project.working_dir=${folder}`],
    {
      encoding: 'utf8',
    },
  ).trim();

afterEach(async () => {
  await Promise.all(projects.splice(0).map((made) => made.remove()));
}, 60_000);

describe.skipIf(withDocker)(
  `a stack of containers and processes${withDocker ? ` (${withDocker})` : ''}`,
  () => {
    it('is one stack for up, status, logs, a restart and down', { timeout: 240_000 }, async () => {
      const made = await project({});
      const { database, cache, api: apiPort } = made.ports;
      writeFileSync(
        made.file('compose.yaml'),
        `services:
  db:
    image: pgvector/pgvector:pg16
    environment: { POSTGRES_PASSWORD: ${secret}, POSTGRES_DB: shop }
    ports: ['127.0.0.1:${database}:5432']
    healthcheck: { test: [CMD-SHELL, pg_isready --username postgres], interval: 1s, retries: 90 }
  unused: { image: redis:7-alpine }
`,
      );
      mkdirSync(made.file('services/api'), { recursive: true });
      writeFileSync(made.file('services/api/package.json'), '{"scripts":{"dev":"node ../../server.js"}}');
      writeFileSync(
        made.file('services/api/.env'),
        `DATABASE_URL=postgresql://other@localhost:1/none\nFROM_FILE=yes\nLOG_LEVEL=debug\nAPI_KEY=${apiKey}\n`,
      );
      const services = {
        database: { url: `postgresql://localhost:${database}/shop`, start: { compose: 'db' } },
        cache: {
          url: `redis://localhost:${cache}`,
          start: { command: 'redis-server --port {port} --save ""' },
        },
        api: {
          url: `http://localhost:${apiPort}`,
          start: {
            command: 'npm run dev',
            cwd: 'services/api',
            env: { PAYMENTS: '${services.payments.url}/v1', LOG_LEVEL: 'warn' },
          },
        },
        payments: { kind: 'api', ...api(await freePort()) },
        worker: {
          kind: 'process',
          start: { command: 'node worker.js', ready: { log: 'listening for jobs' } },
          dependsOn: ['api'],
        },
      };
      configure(made, services);

      const up = await made.run(['up', '--no-verify', '--timeout', '3m']);
      expect(up.code, described(up)).toBe(0);
      for (const name of ['db', 'cache', 'api', 'payments', 'worker'])
        expect(up.stderr.match(new RegExp(`^✔ ${name} +healthy`, 'gm')), name).toHaveLength(1);
      expect(await statusOf(made)).toEqual(
        ['db', 'cache', 'api', 'worker', 'payments'].map((name) => `${name} running`),
      );
      const seen = await (await fetch(await endpointOf(made, 'api'))).json();
      expect(seen).toEqual({
        DATABASE_URL: `postgresql://postgres:${secret}@127.0.0.1:${database}/shop`,
        REDIS_URL: `redis://localhost:${cache}`,
        NEXT_PUBLIC_API_URL: `http://localhost:${apiPort}`,
        PAYMENTS: `${await endpointOf(made, 'payments')}/v1`,
        OTEL_SERVICE_NAME: `${path.basename(made.folder).toLowerCase()}-api`,
        FROM_FILE: 'yes',
        LOG_LEVEL: 'warn',
      });
      const readLogs = () => made.run(['logs', '--tail', '200']);
      for (const line of [
        'listening for jobs',
        'database system is ready to accept',
        'Ready to accept',
        'listening',
        'using ',
      ]) {
        // What was written a moment ago may not be in a log yet.
        await expect.poll(async () => (await readLogs()).stdout, { timeout: 60_000 }).toContain(line);
      }
      const logs = await readLogs();
      const printed = [up, logs, await made.run(['status'])].map(described).join();
      expect(printed).not.toContain(secret);
      expect(printed).not.toContain(apiKey);

      const { children } = readState(made.folder).supervisor ?? {};
      process.kill(children?.worker?.pid as number, 'SIGKILL');
      await awaitUntil(async () => ((await statusOf(made)).includes('worker exited') ? true : undefined), {
        what: 'the status of the worker',
        withinMs: 20_000,
      });
      const again = await made.run(['up', '--no-verify']);
      expect(again.code, described(again)).toBe(0);
      expect(again.stderr).toMatch(/· worker +starting[\s\S]*✔ worker +healthy/);
      expect(again.stderr).not.toMatch(/cache +starting/);

      const id = containersOf(made);
      execFileSync('docker', ['compose', '--project-directory', made.folder, 'up', '--detach', 'unused'], {
        stdio: 'ignore',
      });
      const down = await made.run(['down']);
      expect(down.code, described(down)).toBe(0);
      expect(down.stderr).toContain('stopped cache, api, worker, payments, db');
      expect(processesOf(made.folder)).toEqual([]);
      expect(containersOf(made)).not.toContain(id);
      expect(containersOf(made), 'the container that `up` has not started').not.toBe('');
      execFileSync('docker', ['compose', '--project-directory', made.folder, 'down', '--volumes'], {
        stdio: 'ignore',
      });

      // What the containers are needed for fails: they are removed as well.
      configure(made, { ...services, api: { ...services.api, start: { command: 'node nothing.js' } } });
      const failed = await made.run(['up', '--no-verify', '--timeout', '3m']);
      expect(failed.code, described(failed)).toBe(69);
      expect(failed.stderr).toMatch(
        /error\[service-exited\]: api ended with exit code 1\n(.*\n)*.*Cannot find module/,
      );
      expect(processesOf(made.folder)).toEqual([]);
      expect(containersOf(made)).toBe('');
      expect(existsSync(made.file('.meatymusic/compose.json'))).toBe(false);
    });

    it('names the nearest service of the compose file', async () => {
      const made = await project({ cache: { url: 'redis://localhost:6399', start: { compose: 'cach' } } });
      writeFileSync(made.file('compose.yaml'), 'services: { cache: { image: redis:7-alpine } }\n');
      const up = await made.run(['up', '--no-verify']);
      expect(up.code, described(up)).toBe(78);
      expect(up.stderr).toContain(
        'services.cache.start.compose: there is no service `cach`; did you mean `cache`?',
      );
    });
  },
);

describe.skipIf(reason)(`a stack of processes${reason ? ` (${reason})` : ''}`, () => {
  it('is named after them, and reports what went wrong with a command', async () => {
    const port = await freePort();
    const made = await project({
      api: { url: `http://localhost:${port}`, start: { command: 'nodde server.js' } },
    });
    const missing = await made.run(['up', '--no-verify']);
    expect(missing.code, described(missing)).toBe(78);
    expect(missing.stderr).toContain('runtime      process (its services say how they are started)');
    expect(missing.stderr).toContain('there is no program `nodde`');
    expect(missing.stderr).toContain('did you mean `node`?');

    configure(made, {
      api: { ...api(port), start: { command: 'node server.js', env: { A: '${services.pay.url}' } } },
    });
    const unknown = await made.run(['up', '--no-verify']);
    expect(unknown.code, described(unknown)).toBe(78);
    expect(unknown.stderr).toContain('services.api.start.env.A refers to services.pay, which has no address');

    configure(made, { api: { ...api(port), start: { command: 'node server.js', cwd: 'missing' } } });
    const folder = await made.run(['up', '--no-verify']);
    expect(folder.code, described(folder)).toBe(78);
    expect(folder.stderr).toContain(`there is no folder ${path.join(made.folder, 'missing')}`);
    expect(processesOf(made.folder)).toEqual([]);
  });

  it('uses services that run already, and does not stop them', async () => {
    const server = createServer((_, response) => response.end('external'));
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    try {
      const made = await project({
        api: { url: `http://localhost:${port}` },
        payments: { kind: 'api', ...api(port), reuseExisting: true },
        worker: { kind: 'process', start: { command: 'node worker.js', ready: { log: 'jobs' } } },
        web: api(await freePort()),
      });
      const up = await made.run(['up', '--no-verify']);
      expect(up.code, described(up)).toBe(0);
      expect(up.stderr).toContain(`reused: process ${process.pid} (`);
      const seen = await (await fetch(await endpointOf(made, 'web'))).json();
      expect(seen).toMatchObject({ NEXT_PUBLIC_API_URL: `http://localhost:${port}` });
      expect((await made.run(['down'])).stderr).toContain('stopped worker, web');
      await expect(fetch(`http://localhost:${port}`).then((answer) => answer.text())).resolves.toBe(
        'external',
      );
    } finally {
      server.close();
    }
  });

  it('is found and ended by the next call after its supervisor was killed, also what left its group', async () => {
    const made = await project({ api: api(await freePort()) });
    writeFileSync(
      made.file('server.js'),
      `require('node:child_process').spawn('setsid', ['node', 'worker.js'], { detached: true, stdio: 'ignore' });\n${readFileSync(made.file('server.js'), 'utf8')}`,
    );
    const up = await made.run(['up', '--no-verify']);
    expect(up.code, described(up)).toBe(0);
    const before = processesOf(made.folder).map(({ pid }) => pid);
    process.kill(readState(made.folder).supervisor?.supervisor.pid as number, 'SIGKILL');
    const again = await made.run(['up', '--no-verify']);
    expect(again.code, described(again)).toBe(0);
    expect(again.stderr).toMatch(/ended \d processes that a killed stack left/);
    expect(processesOf(made.folder).filter(({ pid }) => before.includes(pid))).toEqual([]);
    await made.run(['down']);
    expect(processesOf(made.folder)).toEqual([]);
  });
});

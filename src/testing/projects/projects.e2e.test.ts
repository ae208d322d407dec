/**
 * Projects as people have them, from `init` to `down`: what `verify` reports is what is wrong with the project, a fault
 * that is injected has its own name, and nothing is left.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../base/package-root.ts';
import { readState } from '../../runners/state.ts';
import { dockerMissing, why } from '../docker.ts';
import { freePort } from '../free-port.ts';
import { leaksInvisible, processesOf } from '../leaks.ts';
import { postgresBinaries, postgresMissing, startPostgres } from '../postgres.ts';
import { type CliResult, makeProject, notBuilt, type TestProject } from '../project.ts';

const pythonMissing = findPython();
const reason = notBuilt ?? leaksInvisible;
const withoutPython = reason ?? postgresMissing ?? pythonMissing;
const env = { PATH: `${path.join(packageRoot, 'node_modules/.bin')}:${process.env.PATH}` };
const projects: TestProject[] = [];

function findPython(): string | undefined {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import fastapi, sqlalchemy, psycopg2'], { stdio: 'ignore' });
    for (const program of ['uvicorn', 'alembic']) execFileSync(program, ['--help'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'needs FastAPI, SQLAlchemy, psycopg2, uvicorn and alembic of Debian';
  }
}

/** Copies a project with free ports instead of those that its files name. */
async function copyOf(name: string, ports: readonly number[]): Promise<TestProject> {
  const made = await makeProject();
  projects.push(made);
  execFileSync('rm', [made.file('meatymusic.config.json')]);
  cpSync(path.join(packageRoot, 'src/testing/projects', name), made.folder, { recursive: true });
  symlinkSync(path.join(packageRoot, 'node_modules'), made.file('node_modules'));
  for (const port of ports) replaceInFiles(made.folder, String(port), String(await freePort()));
  return made;
}

function replaceInFiles(folder: string, from: string, to: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const text = readFileSync(file, 'utf8');
    if (text.includes(from)) writeFileSync(file, text.replaceAll(from, to));
  }
}

function replaceIn(file: string, replacements: Readonly<Record<string, string>>): void {
  let text = readFileSync(file, 'utf8');
  for (const [from, to] of Object.entries(replacements)) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  writeFileSync(file, text);
}

const described = ({ code, stdout, stderr }: CliResult) => `exit code ${code}\n${stdout}\n${stderr}`;

async function succeeds(made: TestProject, args: readonly string[]): Promise<CliResult> {
  const result = await made.run(args, env);
  expect(result.code, described(result)).toBe(0);
  return result;
}

interface CheckVerdict {
  id: string;
  status: string;
  code?: string;
}

async function verdictsOf(made: TestProject, args: readonly string[]): Promise<CheckVerdict[]> {
  const document = await made.json(['verify', '--timeout', '60s', ...args], env);
  expect(document.checks, JSON.stringify(document)).toBeDefined();
  return document.checks as CheckVerdict[];
}

/** Failures as `id code`. */
async function failuresOf(made: TestProject, args: readonly string[] = []): Promise<string[]> {
  return (await verdictsOf(made, args))
    .filter(({ status }) => status === 'fail' || status === 'error')
    .map(({ id, status, code }) => `${id} ${code ?? status}`)
    .sort();
}

/** Checks that pass. */
async function passesOf(made: TestProject, args: readonly string[]): Promise<string[]> {
  return (await verdictsOf(made, args)).filter(({ status }) => status === 'pass').map(({ id }) => id);
}

/** True shortcomings of an API that is traced and returns no trace to its callers. */
const untracedErrorsOf = (suffix: string) => [
  `observability/errors-keep-their-trace${suffix} not-returned`,
  `observability/otel-initialised${suffix} not-logged`,
  `observability/trace-propagates${suffix} not-returned`,
];

/** True shortcomings of an API without OpenTelemetry and without the error envelope of the contract. */
const withoutTelemetryOf = (suffix = '') => [
  `observability/logs-carry-trace-ids${suffix} missing`,
  `observability/otel-initialised${suffix} not-logged`,
  `observability/spans-exported${suffix} none`,
];
const withoutEnvelope = ['errors/method-not-allowed answers-not-found', 'errors/not-found not-an-envelope'];
const untracedPage = [
  'browser/calls-carry-traceparent missing-traceparent',
  'browser/telemetry-initialised not-initialised',
];

afterEach(async () => {
  await Promise.all(projects.splice(0).map((made) => made.remove()));
}, 60_000);

describe.skipIf(reason)(`a project of others${reason ? ` (${reason})` : ''}`, () => {
  it('is a pnpm workspace without containers', { timeout: 240_000 }, async () => {
    const made = await copyOf('pnpm-workspace', [4310, 4311]);
    writeFileSync(made.file('pnpm-lock.yaml'), "lockfileVersion: '9.0'\n");
    await succeeds(made, ['init', '--yes']);
    const up = await succeeds(made, ['up', '--no-verify']);
    for (const name of ['api', 'web', 'mailer']) expect(up.stderr).toMatch(new RegExp(`✔ ${name} +healthy`));

    expect(await failuresOf(made)).toEqual(
      [...untracedPage, ...withoutEnvelope, ...withoutTelemetryOf()].sort(),
    );

    process.kill(readState(made.folder).supervisor?.children?.mailer?.pid as number, 'SIGKILL');
    expect(await failuresOf(made, ['process/runs@mailer'])).toEqual(['process/runs@mailer not-running']);

    await succeeds(made, ['down']);
    expect(processesOf(made.folder)).toEqual([]);
  });

  it.skipIf(dockerMissing)(
    `is Express and Vite with PostgreSQL and Redis by compose${why}`,
    { timeout: 240_000 },
    async () => {
      const made = await copyOf('express-vite', [4320, 4321, 4322, 4323, 4324]);
      writeFileSync(made.file('package-lock.json'), '{}\n');
      await succeeds(made, ['init', '--yes']);
      await succeeds(made, ['up', '--otlp', '--no-verify']);
      // The spans of billing arrive at the receiver, and their parents are judged; api exports none.
      expect(await failuresOf(made)).toEqual(
        [
          ...untracedPage,
          ...withoutEnvelope,
          ...withoutTelemetryOf(),
          ...untracedErrorsOf('@billing'),
        ].sort(),
      );
      expect(await passesOf(made, ['@billing'])).toEqual(
        expect.arrayContaining(
          ['logs-carry-trace-ids', 'spans-exported', 'w3c-traceparent', 'w3c-tracestate'].map(
            (name) => `observability/${name}@billing`,
          ),
        ),
      );
      docker(made, 'stop', 'redis');
      expect(await failuresOf(made, ['cache/ping', 'api/health'])).toEqual(['cache/ping not-running']);
      await succeeds(made, ['down', '--volumes']);
      expect(processesOf(made.folder)).toEqual([]);
      expect(docker(made, 'ps', '--all', '--quiet')).toBe('');
    },
  );
});

describe.skipIf(withoutPython)(`a project in Python${withoutPython ? ` (${withoutPython})` : ''}`, () => {
  it('is FastAPI and Alembic with PostgreSQL by a command', { timeout: 240_000 }, async () => {
    const made = await copyOf('fastapi-alembic', []);
    const postgres = await startPostgres();
    try {
      await postgres.createDatabase('orders');
      await postgres.halt();
      await succeeds(made, ['init', '--yes']);
      const { uid, gid } = statSync(postgres.folder);
      // PostgreSQL refuses to run as root.
      const asOwner =
        process.getuid?.() === uid ? '' : `setpriv --reuid=${uid} --regid=${gid} --clear-groups `;
      const command = `${asOwner}${postgresBinaries}/postgres -D data -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`;
      const url = `postgresql://postgres:${postgres.password}@127.0.0.1:${await freePort()}/orders`;
      replaceIn(made.file('meatymusic.config.ts'), {
        'services: {': `services: { database: { kind: 'postgres', url: '${url}', start: { command: '${command}', cwd: '${postgres.folder}' } },`,
        'localhost:8000': `localhost:${await freePort()}`,
        '// migrations:': 'migrations:',
        // Alembic 1.8 does not have the option.
        'alembic current --check-heads': 'alembic current | grep --quiet "(head)"',
      });
      await succeeds(made, ['up', '--no-verify']);
      const ofEngine = (failure: string) => failure.startsWith('database/version');
      expect((await failuresOf(made)).filter((failure) => !ofEngine(failure))).toEqual(
        [
          ...withoutTelemetryOf(),
          'errors/method-not-allowed not-an-envelope',
          'errors/not-found not-an-envelope',
          'observability/log-structure plain-text',
          'observability/x-trace-id-logged not-logged',
        ].sort(),
      );

      writeFileSync(
        made.file('alembic/versions/0002_price.py'),
        'revision = "0002"\ndown_revision = "0001"\n\n\ndef upgrade():\n    pass\n',
      );
      expect(await failuresOf(made, ['database/migrations-at-head'])).toEqual([
        'database/migrations-at-head check-failed',
      ]);

      await succeeds(made, ['down']);
      expect(processesOf(made.folder)).toEqual([]);
      expect(processesOf(postgres.folder)).toEqual([]);
    } finally {
      await postgres.stop();
    }
  });
});

function docker({ folder }: TestProject, ...args: string[]): string {
  return execFileSync('docker', ['compose', '--project-directory', folder, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

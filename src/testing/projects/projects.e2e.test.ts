/**
 * Projects as people have them, from `init` to `down`: what `verify` reports is what is wrong with the project, a fault
 * that is injected has its own name, and nothing is left.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../base/package-root.ts';
import { readState } from '../../runners/state.ts';
import { dockerMissing, why } from '../docker.ts';
import { freePort } from '../free-port.ts';
import { leaksInvisible, processesOf } from '../leaks.ts';
import { type CliResult, makeProject, notBuilt, type TestProject } from '../project.ts';

const reason = notBuilt ?? leaksInvisible;
const env = { PATH: `${path.join(packageRoot, 'node_modules/.bin')}:${process.env.PATH}` };
const projects: TestProject[] = [];

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

const described = ({ code, stdout, stderr }: CliResult) => `exit code ${code}\n${stdout}\n${stderr}`;

async function succeeds(made: TestProject, args: readonly string[]): Promise<CliResult> {
  const result = await made.run(args, env);
  expect(result.code, described(result)).toBe(0);
  return result;
}

/** Failures as `id code`. */
async function failuresOf(made: TestProject, args: readonly string[] = []): Promise<string[]> {
  const { checks } = await made.json(['verify', '--timeout', '30s', ...args], env);
  return (checks as { id: string; status: string; code?: string }[])
    .filter(({ status }) => status === 'fail' || status === 'error')
    .map(({ id, status, code }) => `${id} ${code ?? status}`)
    .sort();
}

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
      await succeeds(made, ['up', '--no-verify']);
      expect(await failuresOf(made)).toEqual(
        [
          ...untracedPage,
          ...withoutEnvelope,
          ...withoutTelemetryOf(),
          ...withoutTelemetryOf('@billing'),
        ].sort(),
      );
      docker(made, 'stop', 'redis');
      expect(await failuresOf(made, ['cache/ping', 'api/health'])).toEqual(['cache/ping not-running']);
      await succeeds(made, ['down', '--volumes']);
      expect(processesOf(made.folder)).toEqual([]);
      expect(docker(made, 'ps', '--all', '--quiet')).toBe('');
    },
  );
});

function docker({ folder }: TestProject, ...args: string[]): string {
  return execFileSync('docker', ['compose', '--project-directory', folder, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dockerMissing, noServices } from '../../testing/docker.ts';
import { freePort } from '../../testing/free-port.ts';
import { type CliResult, notBuilt, startCli } from '../../testing/project.ts';

const missing = dockerMissing ?? notBuilt;
const slow = { timeout: 400_000 };

let parent: string;
let name: string;
let port: number;
const docker = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8' }).trim();
const labelled = (kind: 'ps' | 'volume' | 'network') => {
  const filter = ['--filter', `label=com.docker.compose.project=${name}`];
  const listed = kind === 'ps' ? docker('ps', '-aq', ...filter) : docker(kind, 'ls', '-q', ...filter);
  return listed.split('\n').filter(Boolean);
};
const outputOf = ({ code, stdout, stderr }: CliResult) => `exit code ${code}\n${stdout}\n${stderr}`;
const run = (folder: string, ...args: string[]) => startCli(folder, args).ended;

/** A checkout of the same project: the same folder name, compose file and configuration. */
function checkout(at: string, config: Record<string, unknown> = {}): string {
  const folder = path.join(parent, at, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path.join(folder, 'compose.yaml'),
    `services:
  sessions:
    image: redis:7-alpine
    command: [redis-server, --appendonly, "yes", --appendfsync, always]
    ports: ["127.0.0.1:${port}:6379"]
    volumes: ["data:/data"]
    stop_grace_period: 0s
volumes: { data: {} }
`,
  );
  const cache = { url: `redis://localhost:${port}` };
  const settings = {
    runtime: 'compose',
    services: { ...noServices, cache },
    verify: { timeout: '60s', deadline: '2m' },
    compose: { services: { cache: 'sessions' } },
    ...config,
  };
  writeFileSync(path.join(folder, 'meatymusic.config.json'), JSON.stringify(settings));
  return folder;
}

const redisCli = (...args: string[]) => docker('exec', `${name}-sessions-1`, 'redis-cli', ...args);

async function makeParent(): Promise<void> {
  parent = realpathSync(mkdtempSync(path.join(tmpdir(), 'meatymusic-checkouts-')));
  name = path.basename(parent).toLowerCase().replace('checkouts', 'shop');
  port = await freePort();
}

function removeAll(): void {
  for (const [kind, ...command] of [
    ['ps', 'rm', '-fv'],
    ['network', 'network', 'rm'],
    ['volume', 'volume', 'rm', '-f'],
  ] as const) {
    const found = labelled(kind);
    if (found.length > 0) docker(...command, ...found);
  }
  rmSync(parent, { recursive: true, force: true });
}

const why = missing ? ` (${missing})` : '';

describe.skipIf(missing)(`two checkouts with one project name${why}`, () => {
  beforeEach(makeParent);
  afterEach(removeAll);

  it('keeps the second away from the stack of the first, in every command', slow, async () => {
    const first = checkout('one');
    const up = await run(first, 'up', '--no-verify');
    expect(up.code, outputOf(up)).toBe(0);
    redisCli('set', 'owner', 'one');
    const before = [labelled('ps'), labelled('network'), labelled('volume')];

    const second = checkout('two');
    for (const command of [
      ['verify'],
      ['status'],
      ['logs'],
      ['down'],
      ['down', '--volumes'],
      ['up'],
      ['migrate', 'status'],
      ['checks', 'prove', 'cache/ping'],
    ]) {
      const result = await run(second, ...command);
      expect(result.code, outputOf(result)).toBe(78);
      expect(result.stderr, command.join(' ')).toContain(first);
    }
    const doctor = await run(second, 'doctor');
    expect(doctor.stdout + doctor.stderr).toContain(first);
    expect(redisCli('get', 'owner')).toBe('one');
    expect([labelled('ps'), labelled('network'), labelled('volume')]).toEqual(before);
    const status = await run(first, 'status');
    expect(status.code, outputOf(status)).toBe(0);

    // Its containers are gone, and its data is still not the second's.
    expect((await run(first, 'down')).code).toBe(0);
    const down = await run(second, 'down', '--volumes');
    expect(down.code, outputOf(down)).toBe(78);
    expect(down.stderr).toContain(`docker volume rm ${name}_data`);
    expect(labelled('volume')).toEqual(before[2]);
    // Nor when the second uses it.
    expect((await run(second, 'up', '--no-verify')).code).toBe(0);
    expect((await run(second, 'up', '--no-verify')).code).toBe(0);
    expect((await run(second, 'down', '--volumes')).code).toBe(78);
    expect([labelled('ps'), labelled('network'), labelled('volume')]).toEqual([[], [], before[2]]);

    const last = await run(first, 'down', '--volumes');
    expect(last.code, outputOf(last)).toBe(0);
    expect(labelled('volume')).toEqual([]);
  });

  it('knows its stack after the folder was moved, and by a symbolic link', slow, async () => {
    const folder = checkout('one');
    expect((await run(folder, 'up', '--no-verify')).code).toBe(0);
    const link = path.join(parent, 'link');
    symlinkSync(folder, link);
    for (const call of [
      await run(link, 'status'),
      await run(parent, '--config', path.join(link, 'meatymusic.config.json'), 'verify', 'cache/ping'),
    ])
      expect(call.code, outputOf(call)).toBe(0);

    const moved = path.join(parent, 'moved');
    renameSync(folder, moved);
    const verify = await run(moved, 'verify', 'cache/ping');
    expect(verify.code, outputOf(verify)).toBe(0);
    const again = await run(moved, 'up', '--no-verify');
    expect(again.code, outputOf(again)).toBe(0);
    const down = await run(moved, 'down', '--volumes');
    expect(down.code, outputOf(down)).toBe(0);
    expect([labelled('ps'), labelled('volume'), labelled('network')]).toEqual([[], [], []]);
  });

  it('verifies what was started by hand in the folder, and leaves its data', slow, async () => {
    const folder = checkout('one');
    const byHand = () => docker('compose', '--project-directory', folder, 'up', '--detach', '--wait');
    byHand();
    redisCli('set', 'owner', 'by hand');
    const verify = await run(folder, 'verify', 'cache/ping');
    expect(verify.code, outputOf(verify)).toBe(0);
    const down = await run(folder, 'down', '--volumes');
    expect(down.code, outputOf(down)).toBe(78);
    expect(down.stderr).toContain(`docker volume rm ${name}_data`);
    byHand();
    expect(redisCli('get', 'owner')).toBe('by hand');

    // `up` takes over what runs, with its data.
    expect((await run(folder, 'up', '--no-verify')).code).toBe(0);
    const last = await run(folder, 'down', '--volumes');
    expect(last.code, outputOf(last)).toBe(0);
    expect([labelled('ps'), labelled('volume'), labelled('network')]).toEqual([[], [], []]);
  });
});

describe.skipIf(missing)(`a stack that another folder asks for${why}`, () => {
  let first: string;
  beforeAll(async () => {
    await makeParent();
    first = checkout('one');
    const up = await run(first, 'up', '--no-verify');
    expect(up.code, outputOf(up)).toBe(0);
  }, slow.timeout);
  afterAll(removeAll);

  it('does not believe its answer at the configured addresses either', slow, async () => {
    const second = checkout('auto', { runtime: 'auto' });
    for (const command of [['verify', 'cache/ping'], ['status'], ['down', '--volumes']]) {
      const result = await run(second, ...command);
      expect(result.code, outputOf(result)).toBe(78);
      expect(result.stderr).toContain(first);
    }
    expect(labelled('ps')).toHaveLength(1);
  });

  it('gives a copy of the folder no right to the stack of the original', slow, async () => {
    const sameName = path.join(parent, 'copy', name);
    const otherName = path.join(parent, 'copy', 'other-name');
    for (const copy of [sameName, otherName]) cpSync(first, copy, { recursive: true });
    for (const command of [['down', '--volumes'], ['status'], ['verify']]) {
      const result = await run(sameName, ...command);
      expect(result.code, outputOf(result)).toBe(78);
    }
    const down = await run(otherName, 'down', '--volumes');
    expect(down.code, outputOf(down)).toBe(0);
    expect([labelled('ps').length, labelled('volume').length]).toEqual([1, 1]);
  });

  it('is not misled by COMPOSE_PROJECT_NAME', slow, async () => {
    const other = path.join(parent, 'elsewhere');
    cpSync(first, other, { recursive: true, filter: (source) => !source.includes('.meatymusic') });
    for (const command of [['verify'], ['down', '--volumes']]) {
      const result = await startCli(other, command, { COMPOSE_PROJECT_NAME: name }).ended;
      expect(result.code, outputOf(result)).toBe(78);
    }
    expect(labelled('ps')).toHaveLength(1);
  });
});

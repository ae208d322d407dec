/** The built command line as a person or a script meets it, through real shells, pipes and terminals. */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from './base/package-root.ts';
import { notBuilt } from './testing/project.ts';

const binary = path.join(packageRoot, 'bin/meatymusic.js');
const hasScript = (() => {
  try {
    execFileSync('script', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

let folder: string;
let shims: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'meatymusic-cli-')));
  shims = path.join(folder, 'bin');
  mkdirSync(shims);
  writeFileSync(path.join(shims, 'meatymusic'), `#!/bin/sh\nexec '${process.execPath}' '${binary}' "$@"\n`);
  chmodSync(path.join(shims, 'meatymusic'), 0o755);
  // Nothing above may be taken for the project.
  writeFileSync(path.join(folder, 'package.json'), '{}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a line of bash in a folder of its own below `folder`. */
function bash(line: string, env: Record<string, string> = {}, cwd = folder): Promise<Result> {
  const child = spawn('bash', ['--norc', '-c', line], {
    cwd,
    env: { PATH: `${shims}:${process.env.PATH}`, HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (part) => {
    out.stdout += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part) => {
    out.stderr += part;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...out })));
}

function project(name: string, files: Record<string, string>): string {
  const own = path.join(folder, name);
  for (const [file, text] of Object.entries({ 'package.json': '{}', ...files })) {
    mkdirSync(path.dirname(path.join(own, file)), { recursive: true });
    writeFileSync(path.join(own, file), text);
  }
  return own;
}

describe.skipIf(notBuilt)(`the command line${notBuilt ? ` (${notBuilt})` : ''}`, () => {
  it.each([
    ['upp', "error[unknown-command]: unknown command 'upp'\nhint: Did you mean up? See: meatymusic --help\n"],
    [
      'config --jsn',
      "error[unknown-option]: unknown option '--jsn'\nhint: Did you mean --json? See: meatymusic config --help\n",
    ],
    [
      'up --runtime dokcer-compose',
      "error[invalid-argument]: option '--runtime <name>' argument 'dokcer-compose' is invalid. Allowed choices are auto, compose, embedded.\nhint: See: meatymusic up --help\n",
    ],
    [
      'up --runtime compse',
      "error[invalid-argument]: option '--runtime <name>' argument 'compse' is invalid. Allowed choices are auto, compose, embedded.\nhint: Did you mean compose? See: meatymusic up --help\n",
    ],
    [
      '--cwd',
      "error[option-missing-argument]: option '--cwd <folder>' argument missing\nhint: See: meatymusic --help\n",
    ],
    ['config --cwd nope', 'error[no-folder]: --cwd nope: there is no such folder\n'],
    [
      'checks explain api/helth',
      'error[unknown-check]: there is no check "api/helth"\nhint: Did you mean api/health? See: meatymusic checks list\n',
    ],
  ])('answers `meatymusic %s` with 2 and the nearest name', async (args, stderr) => {
    expect(await bash(`meatymusic ${args}`)).toEqual({ code: 2, stdout: '', stderr });
  });

  it('prints errors as JSON with --json', async () => {
    const { code, stdout, stderr } = await bash('meatymusic checks explain nope/nope --json');
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'unknown-check', exitCode: 2 });
  });

  it('shows help with examples for every command', async () => {
    const { stdout } = await bash('meatymusic --help');
    const names = [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}([a-z]+) /gm)].map(
      (found) => found[1],
    );
    expect(names).toContain('verify');
    for (const name of names.filter((each) => each !== 'help')) {
      const { code, stdout: help, stderr } = await bash(`meatymusic ${name} --help`);
      expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: '' });
      expect(help, name).toMatch(/Examples:|Install:/);
    }
  });

  it('shows the help of the command that is named, wherever help is asked for', async () => {
    const { stdout: wanted } = await bash('meatymusic migrate --help');
    expect(wanted).toContain('Usage: meatymusic migrate ');
    for (const call of ['help migrate', '--help migrate', '-q -h migrate']) {
      expect(await bash(`meatymusic ${call}`), call).toMatchObject({ code: 0, stdout: wanted });
    }
  });

  it('names every problem of a configuration with 78, file and line, and no secret', async () => {
    const own = project('bad', {
      'meatymusic.config.yaml':
        'runtim: auto\nservices:\n  __proto__: {}\n  cache: { url: hunter2-secret }\n',
      '.env': 'DATABASE_URL=hunter2-secret\n',
    });
    const { code, stdout, stderr } = await bash('meatymusic verify', { MEATYMUSIC_TIMEOUT: 'soon' }, own);
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatchInlineSnapshot(`
      "error[bad-configuration]: the configuration has 5 problems
        meatymusic.config.yaml:1: runtim is not known; did you mean "runtime"?
        meatymusic.config.yaml:3: services.__proto__ is not allowed as a name
        meatymusic.config.yaml:4: services.cache.url is not an address that starts with redis:// or rediss://
        .env:1 DATABASE_URL: services.database.url is not an address that starts with postgresql://
        MEATYMUSIC_TIMEOUT: verify.timeout is not a duration (write 250ms, 5s or 2m)
      hint: once it loads, \`meatymusic config\` shows every setting with its origin
      "
    `);
  });

  it('masks secrets in the effective configuration', async () => {
    const own = project('masked', { 'meatymusic.config.json': '{ "auth": { "token": "hunter2-token" } }' });
    const env = { DATABASE_URL: 'postgres://u:hunter2-pw@db/x', REDIS_URL: 'redis://:hunter2%40r@c:1' };
    for (const line of ['meatymusic config', 'meatymusic config --json', 'meatymusic config --verbose']) {
      const { code, stdout, stderr } = await bash(line, env, own);
      expect(code).toBe(0);
      expect(stdout + stderr).not.toContain('hunter2');
      expect(stdout).toContain('postgres://u:*****@db/x');
    }
  });
});

describe.skipIf(notBuilt)('the end of the process', () => {
  it.each([
    ...[
      'config',
      'checks list',
      'checks explain api/health',
      'completion bash',
      'doctor',
      'status',
      'logs',
      'down',
    ],
    ...[
      'verify api',
      'verify database cache',
      'migrate status',
      'migrate plan',
      'migrate verify',
      'migrate types',
    ],
    ...['config --config none.json', 'logs check none.log', 'help verify'],
  ])('comes by itself: `meatymusic %s` leaves nothing open', async (args) => {
    const cwd = project('nothing-open', { 'meatymusic.config.json': addressesWithoutAnybody });
    expect((await bash(`meatymusic ${args} --verbose`, {}, cwd)).stderr).not.toContain('left-open');
  });

  it('is printed with --verbose, and ends nevertheless, when a check leaves a timer', async () => {
    const cwd = project('left-open', {
      'meatymusic.config.json': '{ "checks": "checks" }',
      'checks/a/b.mjs': `import { defineCheck } from 'meatymusic';
        export default defineCheck({
          title: 't', failureTitle: 'f', why: 'w', needs: [], codes: { c: { means: 'm', hint: 'h' } },
          async run({ pass }) { setInterval(() => {}, 1e6); return pass('p', { count: 1, what: 'x' }); },
        });`,
    });
    const { code, stderr } = await bash('meatymusic verify a/b --verbose', {}, cwd);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'note[left-open]: ended although something was still open: Timeout\n',
    });
    expect((await bash('meatymusic verify a/b', {}, cwd)).stderr).toBe('');
  });
});

const addressesWithoutAnybody = JSON.stringify({
  services: {
    api: { url: 'http://127.0.0.1:9' },
    web: { url: 'http://127.0.0.1:9' },
    database: { url: 'postgresql://a:b@127.0.0.1:9/c' },
    cache: { url: 'redis://127.0.0.1:9' },
  },
});

describe.skipIf(notBuilt)('the streams of the command line', () => {
  const big = () => {
    const lines = Object.fromEntries(
      Array.from({ length: 8000 }, (_, n) => [`name-${n}`, `value ${n} `.repeat(10)]),
    );
    return project('big', { 'meatymusic.config.json': JSON.stringify({ vars: lines }) });
  };

  it('ends with 141 and without a word when the reader goes away', async () => {
    const { stdout, stderr } = await bash(
      'meatymusic config --json | head -1; echo "exit ${PIPESTATUS[0]}"',
      {},
      big(),
    );
    expect({ stdout, stderr }).toEqual({ stdout: '{\nexit 141\n', stderr: '' });
  });

  it('keeps report files whole when the reader goes away', async () => {
    const own = project('gone', {
      'meatymusic.config.json': '{ "services": { "api": { "url": "http://127.0.0.1:1" } } }',
    });
    const line =
      'meatymusic verify api/health --json --reporter junit=r.xml | true; echo "exit ${PIPESTATUS[0]}"';
    const { stdout, stderr } = await bash(line, {}, own);
    expect({ stdout, stderr }).toEqual({ stdout: 'exit 141\n', stderr: '' });
    const report = readFileSync(path.join(own, 'r.xml'), 'utf8');
    expect(report).toContain('api/health');
    expect(report.trimEnd().endsWith('</testsuites>')).toBe(true);
  });

  it.each([
    ['meatymusic --version'],
    ['meatymusic --help'],
    ['meatymusic config'],
    ['meatymusic checks list --json'],
  ])('ends `%s` with 73 when the disk is full', async (line) => {
    expect((await bash(`${line} > /dev/full`)).code).toBe(73);
  });

  it('says why it could not write', async () => {
    const { stderr } = await bash('meatymusic config > /dev/full');
    expect(stderr).toBe(
      'error[cannot-write]: the output could not be written: no space is left on the device\n',
    );
  });

  it('is not confused when standard error goes away', async () => {
    const { code, stdout } = await bash('meatymusic config 2>&- && meatymusic nope 2>/dev/full', {}, folder);
    expect(code).toBe(2);
    expect(stdout).toContain('runtime');
  });

  it('writes a megabyte of JSON whole to a reader that takes its time', async () => {
    const child = spawn(process.execPath, [binary, 'config', '--json'], {
      cwd: big(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    // Not before the pipe is full, and then a little at a time.
    await new Promise((resolve) => child.stdout.once('readable', resolve));
    const parts: Buffer[] = [];
    for await (const part of child.stdout) parts.push(part as Buffer);
    expect(await ended).toBe(0);
    const text = Buffer.concat(parts).toString();
    expect(text.length).toBeGreaterThan(1_000_000);
    expect(JSON.parse(text).settings.length).toBeGreaterThan(8000);
  });

  it('leaves a reader that reads nothing soon after Ctrl-C', async () => {
    const child = spawn(process.execPath, [binary, 'config', '--json'], {
      cwd: big(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.stdout.once('readable', resolve));
    child.kill('SIGINT');
    expect(await exited).toBe(130);
    child.stdout.destroy();
  });

  describe.skipIf(!hasScript)(`on a terminal${hasScript ? '' : ' (needs script of util-linux)'}`, () => {
    const onTerminal = (line: string, env: Record<string, string>) =>
      bash(`script -qec '${line}' /dev/null`, env);

    it.each([
      ['TERM=dumb', { TERM: 'dumb' }, ''],
      ['NO_COLOR', { TERM: 'xterm-256color', NO_COLOR: '1' }, ''],
      ['--no-color', { TERM: 'xterm-256color' }, ' --no-color'],
    ])('writes no escape sequence with %s', async (_name, env, flag) => {
      for (const line of ['checks list', 'doctor', 'verify api/health --timeout 200ms', 'status']) {
        const { stdout } = await onTerminal(`meatymusic ${line}${flag}`, env as Record<string, string>);
        expect(stdout.length).toBeGreaterThan(10);
        expect(stdout, line).not.toMatch(/[\x1b\x9b]/);
      }
    });

    it('uses colours otherwise, and in a pipe only where FORCE_COLOR asks for them', async () => {
      expect((await onTerminal('meatymusic checks list', { TERM: 'xterm-256color' })).stdout).toContain(
        '\x1b[',
      );
      expect((await bash('meatymusic checks list')).stdout).not.toContain('\x1b');
      expect((await bash('meatymusic checks list', { FORCE_COLOR: '1' })).stdout).toContain('\x1b[');
    });
  });
});

describe.skipIf(notBuilt)('what the command line writes for others', () => {
  it('writes a configuration that loads and changes nothing, once', async () => {
    const own = project('init', {});
    expect(await bash('meatymusic init --full --ci --quiet', {}, own)).toEqual({
      code: 0,
      stdout: 'meatymusic.config.ts\n.github/workflows/meatymusic.yml\n',
      stderr: '',
    });
    const { code, stdout } = await bash('meatymusic config --changed --json', {}, own);
    expect({ code, settings: JSON.parse(stdout).settings }).toEqual({ code: 0, settings: [] });
    expect(await bash('meatymusic init', {}, own)).toMatchObject({
      code: 2,
      stderr:
        'error[exists]: meatymusic.config.ts exists already\nhint: meatymusic init --force overwrites it\n',
    });
    expect((await bash('meatymusic init --force', {}, own)).code).toBe(0);
  });

  it('writes a check that `verify` takes from the folder and `explain` explains', async () => {
    const own = project('new', {
      'meatymusic.config.json': '{ "checks": "ops", "options": { "shop/open": { "path": "/x" } } }',
    });
    const created = await bash('meatymusic checks new shop/open', {}, own);
    expect(created).toMatchObject({ code: 0, stdout: 'ops/shop/open.ts\nops/shop/open.test.ts\n' });
    const { stdout } = await bash('meatymusic checks explain shop/open', {}, own);
    expect(stdout).toContain('path  "/x" (meatymusic.config.json:1)');
    expect((await bash('meatymusic checks new shop/open', {}, own)).code).toBe(2);
  });

  it('finds out what keeps `up` from working', async () => {
    const { code, stdout } = await bash('meatymusic doctor --json');
    const { ok, findings } = JSON.parse(stdout);
    expect(code).toBe(ok ? 0 : 69);
    const names = findings.map(({ name }: { name: string }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['configuration', 'Node.js', 'Docker', 'embedded runtime', 'disk']),
    );
  });
});

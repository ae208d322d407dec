import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../base/package-root.ts';
import { v } from '../../base/schema.ts';
import type { RunResult } from '../../check/result.ts';
import { resultSchema } from '../../services/result-schema.ts';

const bin = path.join(packageRoot, 'bin/meatymusic.js');
const isBuilt = existsSync(path.join(packageRoot, 'dist/cli.cjs'));

interface Called {
  code: number | null;
  stdout: string;
  stderr: string;
}

let folder: string;
let api: Server;
let apiUrl: string;

beforeAll(async () => {
  api = createServer((_, response) => response.end('{"status":"ok"}'));
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => api.close(resolve)));
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'meatymusic-verify-'));
  await mkdir(path.join(folder, 'ops'));
  await configure({});
});
afterEach(() => rm(folder, { recursive: true, force: true }));

let configured: Record<string, unknown> = {};

/** A folder of checks is named once it holds one. */
function configure(more: Record<string, unknown>): Promise<void> {
  configured = more;
  const checks = readdirSync(path.join(folder, 'ops')).length > 0 ? { checks: './ops' } : {};
  const config = { ...checks, services: { api: { url: apiUrl } }, ...more };
  return writeFile(path.join(folder, 'meatymusic.config.json'), JSON.stringify(config));
}

/** Writes a check whose `run` has this body. */
async function writeCheck(id: string, body: string, more = ''): Promise<void> {
  const file = path.join(folder, 'ops', `${id}.mjs`);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(
    file,
    `import { defineCheck } from 'meatymusic';
export default defineCheck({
  title: 'It holds', failureTitle: 'It does not hold', why: 'a test', needs: [], ${more}
  codes: { wrong: { means: 'it is wrong', hint: 'fix it' } },
  async run({ pass, fail, skip, signal }) { ${body} },
});`,
  );
  await configure(configured);
}
const passes = `return pass('fine', { count: 1, what: 'thing' });`;

const verify = (...args: string[]) => call(['verify', ...args]);

function call(args: string[], env: Record<string, string> = {}): Promise<Called> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [bin, ...args],
      { cwd: folder, env: { PATH: process.env.PATH, ...env }, maxBuffer: 1e8 },
      (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

async function verifyJson(...args: string[]) {
  const called = await verify(...args, '--json');
  const result: RunResult = v.parse(resultSchema, JSON.parse(called.stdout));
  const statuses = Object.fromEntries(
    result.checks.map(({ id, status, code }) => [id, code ? `${status} ${code}` : status]),
  );
  return { ...called, result, statuses };
}

describe.skipIf(!isBuilt)('verify (needs dist/: npm run build)', () => {
  it('reports on a stack that it knows by address alone, and exits with 0', async () => {
    const { code, stdout, stderr } = await verify('api/health');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('✔ The health endpoint answers 200');
    expect(stdout).toMatch(
      /✔ 1 passed in .* · external stack\n {2}api http:\/\/127\.0\.0\.1:\d+.*(\n {2}\S.*)*\n$/,
    );
  });

  it('names only what did not pass, and the result, with --quiet; a report for a machine stays whole', async () => {
    await writeCheck('x/fine', passes);
    await writeCheck('y/wrong', `return fail('wrong', { expected: 'this', actual: 'that' })`);
    const { code, stdout } = await verify('x', 'y', '--quiet', '--reporter', 'json=r.json');
    expect(stdout.split('\n').map((line) => line.trim().split(/ {2,}/).slice(0, 2).join(': '))).toEqual([
      '✖ y: 1 failed',
      '✖ It does not hold: y/wrong [wrong]',
      'expected: this',
      'found: that',
      'next: fix it',
      '',
      expect.stringMatching(/^✖ 1 failed, 1 passed in .* stack$/),
      '',
    ]);
    expect(code).toBe(1);
    const { checks } = JSON.parse(await readFile(path.join(folder, 'r.json'), 'utf8'));
    expect(checks).toHaveLength(2);
  });

  describe('checks that misbehave harm only themselves', () => {
    beforeEach(() => writeCheck('x/fine', passes));

    it.each([
      ['throws', `throw new Error('boom')`, 'error threw', 70],
      ['rejects with a non-Error', 'return Promise.reject(undefined)', 'error threw', 70],
      ['never settles', 'await new Promise(() => {})', 'fail timeout', 1],
      [
        'throws after it returned',
        `setTimeout(() => { throw new Error('late') }, 20); ${passes}`,
        'error threw-after-return',
        70,
      ],
      [
        'leaves a promise that rejects',
        `void Promise.reject(new Error('x')); ${passes}`,
        'error threw-after-return',
        70,
      ],
      ['says nothing', 'return undefined', 'error bad-verdict', 70],
      [
        'examines nothing',
        `return pass('all of them', { count: 0, what: 'rows' })`,
        'fail examined-nothing',
        1,
      ],
    ])('when one %s', async (_, body, status, exitCode) => {
      await writeCheck('x/broken', body);
      await writeCheck('x/waits', `await new Promise((resolve) => setTimeout(resolve, 200)); ${passes}`);
      const { code, statuses, result } = await verifyJson('x', '--timeout', '3s');
      expect(statuses).toEqual({ 'x/broken': status, 'x/fine': 'pass', 'x/waits': 'pass' });
      expect([code, result.exitCode]).toEqual([exitCode, exitCode]);
    });

    it.each([
      ['computes without end', 'await null; for (;;);'],
      ['computes without end before its first await', 'for (;;);'],
      ['awaits without end', 'for (;;) await null;'],
      ['matches without end', `/^(a+)+$/.test('a'.repeat(60) + 'b')`],
    ])('when one %s: 124, and every report is complete', async (_, body) => {
      await writeCheck('x/busy', body);
      await writeCheck('y/after', passes, `after: ['x/busy'],`);
      const { code, stdout, stderr } = await verify(
        ...['x', 'y', '--timeout', '500ms', '--reporter', 'json', '--reporter', 'junit=report.xml'],
      );
      const result = v.parse(resultSchema, JSON.parse(stdout));
      const busy = result.checks.find(({ id }) => id === 'x/busy');
      expect(busy).toMatchObject({ status: 'error', code: 'stalled' });
      expect(result.checks).toHaveLength(3);
      expect(result.checks.find(({ id }) => id === 'y/after')).toMatchObject({ blockedBy: ['x/busy'] });
      expect({ code, stderr }).toEqual({ code: 124, stderr: '' });
      expect(await readFile(path.join(folder, 'report.xml'), 'utf8')).toMatch(/<\/testsuites>\n$/);
    });

    it('when one throws after the run had ended: 70, and it is named', async () => {
      // The report is written when the run has ended.
      const late = `const { statSync } = await import('node:fs');
        const timer = setInterval(() => {
          if (!statSync('r.json', { throwIfNoEntry: false })?.size) return;
          clearInterval(timer);
          throw new Error('boom');
        }, 5);`;
      await writeCheck('x/late', `${late} ${passes}`);
      const { code, stderr } = await verify('x', '--reporter', 'json=r.json');
      expect(stderr).toBe(
        'error[threw-after-return]: the check x/late threw after the run had ended: boom\n',
      );
      expect(code).toBe(70);
    });

    it('when one leaves a timer behind: the process ends nevertheless', async () => {
      await writeCheck('x/lingers', `setTimeout(() => {}, 600_000); ${passes}`);
      expect((await verify('x')).code).toBe(0);
    });
  });

  describe('checks that do not fit together', () => {
    it.each([
      ['a duplicate id', async () => writeCheck('api/health', passes), 'two checks have this id'],
      [
        'an unknown id in after',
        () => writeCheck('x/one', passes, `after: ['api/healt'],`),
        'is after "api/healt", which does not exist; nearest: api/health',
      ],
      [
        'a cycle',
        async () => {
          await writeCheck('x/one', passes, `after: ['x/two'],`);
          await writeCheck('x/two', passes, `after: ['x/one'],`);
        },
        'x/one → x/two → x/one',
      ],
    ])('are refused with 78 and named: %s', async (_, write, message) => {
      await write();
      const { code, stdout, stderr } = await verify();
      expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
      expect(stderr).toContain(message);
    });

    it.each([
      ['all that is selected is skipped', ['cache', '--skip', '**'], 'and --skip ** leaves them out again'],
      ['a pattern matches nothing', ['api/helth'], 'nearest: api/health'],
      ['a reporter does not exist', ['--reporter', 'jsn'], 'nearest: json'],
      ['a duration is none', ['--timeout', 'soon'], 'Write 250ms'],
    ])('are refused with 2 when %s', async (_, args, message) => {
      const { code, stderr } = await verify(...args);
      expect(code).toBe(2);
      expect(stderr).toContain(message);
    });

    it.each([
      ['a gossfile', '--gossfile', 'holds no test'],
      ['a file of declared checks', '--check-file', 'must be a map with a list "checks"'],
    ])('are refused with 78 when %s holds no test, and no other check runs', async (_, flag, message) => {
      await writeFile(path.join(folder, 'empty.yaml'), '# nothing\n');
      const { code, stdout, stderr } = await verify(flag, 'empty.yaml');
      expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
      expect(stderr).toContain('empty.yaml');
      expect(stderr).toContain(message);
    });

    it('are refused with 78 when a gossfile renders to nothing', async () => {
      const template = '{{ if eq .Vars.stage "prod" }}\nport:\n  tcp:22: { listening: true }\n{{ end }}\n';
      await writeFile(path.join(folder, 'goss.yaml'), template);
      await writeFile(path.join(folder, 'vars.yaml'), 'stage: test\n');
      const { code, stderr } = await verify('--gossfile', 'goss.yaml', '--vars', 'vars.yaml');
      expect(code).toBe(78);
      expect(stderr).toContain('goss.yaml: holds no test once its templates are rendered');
    });

    it('are refused with 78 when a folder of checks holds none', async () => {
      await configure({ checks: './ops' });
      const { code, stderr } = await verify();
      expect(code).toBe(78);
      expect(stderr).toContain('ops has no check');
    });

    it('are refused with 78 when an option does not exist, with the nearest', async () => {
      await configure({ options: { 'api/health': { statu: 200 } } });
      const { code, stderr } = await verify('api/health');
      expect(code).toBe(78);
      expect(stderr).toContain('meatymusic.config.json:1: options.api/health.statu');
      expect(stderr).toContain('nearest: status');
    });
  });

  describe('output', () => {
    it('has no escape sequence where it is not a terminal', async () => {
      await writeCheck('x/one', `return fail('wrong', { expected: 'a', actual: '\\x1b[31mred' })`);
      const { stdout, stderr } = await verify('x');
      expect(stdout + stderr).not.toContain('\x1b');
    });

    it('ends with 141 and without a stack trace when its reader goes away; files are intact', async () => {
      await writeCheck('x/big', `return fail('wrong', { expected: 'a', actual: 'x'.repeat(2_000_000) })`);
      const command = `"${process.execPath}" "${bin}" verify x --json --reporter junit=r.xml 2>err; echo $? >code`;
      await new Promise((resolve) =>
        spawn('/bin/sh', ['-c', `{ ${command}; } | head -1`], { cwd: folder, stdio: 'ignore' }).on(
          'close',
          resolve,
        ),
      );
      expect(await readFile(path.join(folder, 'code'), 'utf8')).toBe('141\n');
      expect(await readFile(path.join(folder, 'err'), 'utf8')).toBe('');
      expect(await readFile(path.join(folder, 'r.xml'), 'utf8')).toMatch(/<\/testsuites>\n$/);
    });

    it('arrives whole through a slow pipe', async () => {
      await writeCheck('x/big', `return fail('wrong', { expected: 'a', actual: 'x'.repeat(2_000_000) })`);
      const command = `"${process.execPath}" "${bin}" verify x --json | (sleep 0.5; cat > out.json)`;
      await new Promise((resolve) =>
        spawn('/bin/sh', ['-c', command], { cwd: folder, stdio: 'ignore' }).on('close', resolve),
      );
      const text = await readFile(path.join(folder, 'out.json'), 'utf8');
      expect(text.length).toBeGreaterThan(1_000_000);
      expect(JSON.parse(text).exitCode).toBe(1);
    });

    it.skipIf(!existsSync('/dev/full'))(
      'exits with 73 when standard output is full (needs /dev/full)',
      async () => {
        const child = spawn(
          '/bin/sh',
          ['-c', `"${process.execPath}" "${bin}" verify api/health > /dev/full`],
          {
            cwd: folder,
            stdio: 'ignore',
          },
        );
        expect(await new Promise((resolve) => child.on('close', resolve))).toBe(73);
      },
    );

    it.each([
      ['is full (needs /dev/full)', '/dev/full', existsSync('/dev/full')],
      ['is below a file', 'meatymusic.config.json/report.xml', true],
    ])('exits with 73 when the place of a report %s; the others are written', async (_, file, isThere) => {
      if (!isThere) return;
      const { code, stderr, stdout } = await verify(
        ...[
          'api/health',
          '--reporter',
          `junit=${file}`,
          '--reporter',
          'tap=fine.tap',
          '--reporter',
          'pretty',
        ],
      );
      expect(code).toBe(73);
      expect(stderr).toMatch(/^error\[cannot-write\]: the junit report could not be written to /);
      expect(stdout).toContain('1 passed');
      expect(await readFile(path.join(folder, 'fine.tap'), 'utf8')).toContain('ok 1 - api/health');
      expect((await readdir(folder)).filter((name) => name.includes('.tmp'))).toEqual([]);
    });

    it('a broken check outranks a report that cannot be written', async () => {
      await writeCheck('x/broken', 'throw 1');
      expect((await verify('x', '--reporter', 'junit=meatymusic.config.json/x')).code).toBe(70);
    });

    it('shows no secret of the configuration, whatever the format', async () => {
      await configure({
        services: { api: { url: apiUrl }, cache: { url: 'redis://:hunter2-secret@127.0.0.1:1' } },
      });
      await writeCheck(
        'x/leaks',
        `return fail('wrong', { expected: 'a', actual: 'redis://:hunter2-secret@h' })`,
      );
      for (const name of [
        'pretty',
        'json',
        'jsonl',
        'junit',
        'tap',
        'github',
        'markdown',
        'html',
        'prometheus',
      ]) {
        const { stdout, stderr } = await verify('x', '--reporter', name);
        expect(stdout + stderr).not.toContain('hunter2');
      }
    });
  });

  it('judges the evidence of a run again, with the stack gone', async () => {
    await writeCheck('x/one', `return fail('wrong', { expected: 'a', actual: 'b' })`);
    const first = await verifyJson('api/health', 'x', '--evidence', 'bundle');
    await configure({ services: { api: { url: 'http://127.0.0.1:1' } } });
    const again = await verifyJson('--from', 'bundle');
    expect(again.statuses).toEqual({ 'api/health': 'pass', 'x/one': 'fail wrong' });
    expect(again.result.checks.map(({ evidence }) => evidence)).toEqual(
      first.result.checks.map(({ evidence }) => evidence),
    );
    expect((await verify('--from', 'ops')).code).toBe(2);
    expect((await verify('api/health', '--evidence', 'ops')).code).toBe(73);
  });

  it('counts the checks that were skipped or blocked when it judges evidence again', async () => {
    await writeCheck('x/one', `return fail('wrong', { expected: 'a', actual: 'b' })`);
    await writeCheck('x/two', passes, `after: ['x/one'],`);
    await writeCheck('x/three', `return skip('there is none', 'make one')`);
    await writeCheck('x/four', passes, `effects: 'temporary',`);
    const first = await verifyJson('x', '--read-only', '--evidence', 'bundle');
    const again = await verifyJson('--from', 'bundle', '--read-only');
    expect(again.result.summary).toEqual(first.result.summary);
    expect(again.statuses).toEqual(first.statuses);
    expect((await verifyJson('--from', 'bundle')).statuses['x/four']).toBe(first.statuses['x/four']);
  });

  it('runs only what did not pass in the last run with --last-failed', async () => {
    await writeCheck('x/one', `return fail('wrong', { expected: 'a', actual: 'b' })`);
    await writeCheck('x/two', passes);
    expect((await verify('--last-failed')).code).toBe(2);
    await verify('x');
    expect((await verifyJson('--last-failed')).statuses).toEqual({ 'x/one': 'fail wrong' });
    await verify('x/two');
    expect((await verify('--last-failed')).stderr).toContain('in the last run nothing failed');
  });

  it('ends with 2 when everything was skipped, and says so in every report', async () => {
    await writeCheck('x/one', `return skip('not here')`);
    await writeCheck('x/two', passes, `effects: 'temporary',`);
    const formats = ['pretty', 'jsonl', 'junit', 'tap', 'github', 'markdown', 'html', 'prometheus'];
    const files = formats.flatMap((name) => ['--reporter', `${name}=report.${name}`]);
    const { code, result } = await verifyJson('x', '--read-only', ...files);
    const message = 'nothing was examined: each of the 2 checks was skipped';
    expect(code).toBe(2);
    expect(result).toMatchObject({
      ok: false,
      exitCode: 2,
      nothingExamined: { code: 'all-skipped', message },
    });
    for (const name of formats) {
      const expected = name === 'prometheus' ? 'meatymusic_run_examined{runtime="external"} 0' : message;
      expect(await readFile(path.join(folder, `report.${name}`), 'utf8')).toContain(expected);
    }
  });

  it('ends with 2 when the evidence holds only checks that were skipped before they asked anything', async () => {
    await writeCheck('x/two', passes, `effects: 'temporary',`);
    expect((await verify('x', '--read-only', '--evidence', 'bundle')).code).toBe(2);
    const again = await verify('--from', 'bundle');
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('holds no check');
  });

  it('remembers for --last-failed what failed before a run that examined nothing', async () => {
    await writeCheck(
      'x/one',
      `return fail('wrong', { expected: 'a', actual: 'b' })`,
      `effects: 'temporary',`,
    );
    await verify('x');
    expect((await verify('x', '--read-only')).code).toBe(2);
    expect((await verifyJson('--last-failed')).statuses).toEqual({ 'x/one': 'fail wrong' });
  });

  it('ends with 0 and a note where a shard is empty, as other shards hold the checks', async () => {
    await writeCheck('x/a', passes);
    const { code, result } = await verifyJson('x', '--shard', '2/2');
    expect(code).toBe(0);
    expect(result).toMatchObject({ ok: true, checks: [], nothingExamined: { code: 'empty-shard' } });
    expect((await verify('x', '--shard', '2/2')).stdout).toContain(
      'nothing was examined: this shard holds no check',
    );
  });

  it('calls a check broken that writes more than it declares, also when it swallows the refusal', async () => {
    await mkdir(path.join(folder, 'ops/x'));
    await writeFile(
      path.join(folder, 'ops/x/writes.mjs'),
      `import { defineCheck } from 'meatymusic';
export default defineCheck({
  title: 'It holds', failureTitle: 'It does not hold', why: 'a test', needs: ['http'],
  codes: { wrong: { means: 'it is wrong', hint: 'repair it' } },
  async run({ http, pass, stack }) {
    await http.request({ url: stack.services.api.url + '/x', method: 'POST' }).catch(() => {});
    return pass('fine', { count: 1, what: 'thing' });
  },
});`,
    );
    await configure({});
    const { code, result, statuses } = await verifyJson('x');
    expect(code).toBe(70);
    expect(statuses).toEqual({ 'x/writes': 'error undeclared-effect' });
    expect(result.checks[0]?.actual).toMatch(
      /^refused by the probe: POST http:.*\/x needs effects: 'temporary', and the check declares 'none'$/,
    );
  });

  it('divides the checks among shards, each in one of them', async () => {
    for (const id of ['x/a', 'x/b', 'x/c']) await writeCheck(id, passes);
    const parts = [await verifyJson('x', '--shard', '1/2'), await verifyJson('x', '--shard', '2/2')];
    expect(parts.map(({ statuses }) => Object.keys(statuses))).toEqual([['x/a', 'x/c'], ['x/b']]);
  });

  it('merges the shards of a CI job, and names one that is missing or there twice', async () => {
    for (const id of ['x/a', 'x/c']) await writeCheck(id, passes);
    await writeCheck('x/b', `return fail('wrong', { expected: 'a', actual: 'b' })`);
    for (const index of ['1', '2']) {
      const job = { CI_NODE_INDEX: index, CI_NODE_TOTAL: '2' };
      await call(['verify', 'x', '--shard', 'auto', '--reporter', 'blob=reports'], job);
    }
    expect((await readdir(path.join(folder, 'reports'))).sort()).toEqual([
      'blob-1-of-2.json',
      'blob-2-of-2.json',
    ]);
    const whole = await call(['report', 'reports', '--reporter', 'json', '--reporter', 'html=report.html']);
    expect(whole.code).toBe(1);
    const result = v.parse(resultSchema, JSON.parse(whole.stdout));
    expect(result).toMatchObject({ exitCode: 1, summary: { total: 3, pass: 2, fail: 1 } });
    expect(await readFile(path.join(folder, 'report.html'), 'utf8')).toContain('x/b');

    const part = await call(['report', 'reports/blob-1-of-2.json']);
    expect(part.code).toBe(2);
    expect(part.stderr).toBe('error[incomplete]: shard 2 of 2 is missing\n');
    await cp(path.join(folder, 'reports/blob-1-of-2.json'), path.join(folder, 'copy.json'));
    const twice = await call(['report', 'reports', 'copy.json']);
    expect(twice.code).toBe(2);
    expect(twice.stderr).toContain('error[shards-differ]');
    expect(twice.stderr).toContain('shard 1 of 2 is there twice: reports/blob-1-of-2.json, copy.json');
    await writeFile(path.join(folder, 'reports/blob-2-of-2.json'), '{ "blobVersion": 1, "resu');
    const cut = await call(['report', 'reports', '--reporter', 'html=other.html']);
    expect(cut.code).toBe(78);
    expect(cut.stderr).toContain('reports/blob-2-of-2.json:1: ends in the middle: the file is truncated');
    expect(existsSync(path.join(folder, 'other.html'))).toBe(false);
  });

  it('ends within a moment with 143 and complete reports when it is terminated', async () => {
    await writeCheck('x/hangs', 'await new Promise(() => {})');
    await writeCheck('x/marks', `(await import('node:fs')).writeFileSync('started', ''); ${passes}`);
    const child = spawn(
      process.execPath,
      [bin, 'verify', 'x', '--timeout', '60s', '--reporter', 'json=r.json'],
      {
        cwd: folder,
        stdio: 'ignore',
      },
    );
    await expect.poll(() => existsSync(path.join(folder, 'started')), { timeout: 20_000 }).toBe(true);
    child.kill('SIGTERM');
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(143);
    const result = v.parse(resultSchema, JSON.parse(await readFile(path.join(folder, 'r.json'), 'utf8')));
    expect(result).toMatchObject({ endedBy: 'interrupted', exitCode: 143 });
  });
});

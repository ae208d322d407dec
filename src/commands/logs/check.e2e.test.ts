import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { distFolder, packageRoot } from '../../base/package-root.ts';
import { analyseFile } from '../../logs/analyse-log.ts';

const cli = join(packageRoot, 'bin/meatymusic.js');
const folder = mkdtempSync(join(tmpdir(), 'logs-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

function check(args: string[], input?: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'logs', 'check', ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    ...(input === undefined ? {} : { input }),
  });
  return { status, stdout, stderr };
}

function openedBy(pid: number, name: string): boolean {
  return readdirSync(`/proc/${pid}/fd`).some((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`) === name;
    } catch {
      return false; // Closed meanwhile.
    }
  });
}

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const line = (second: number) =>
  `{"level":30,"time":${Date.UTC(2026, 0, 2) + second * 1000},"pid":1,"hostname":"h","trace_id":"${trace}","msg":"m"}\n`;
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return name;
};

describe.skipIf(!existsSync(join(distFolder, 'cli.cjs')))(
  'meatymusic logs check (needs npm run build)',
  () => {
    it('exits 0 where the log holds', () => {
      const { status, stdout, stderr } = check([file('good.log', line(0) + line(1)), '--require', 'trace']);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout.replace(/\(\d+ bytes in .*\)/, '(…)')).toMatchInlineSnapshot(`
        "good.log  (…)
          lines         2
          structured    2 (100 %)
          shapes        pino 2
          levels        info 2
          with a trace  2
          times         2026-01-02T00:00:00.000Z … 2026-01-02T00:00:01.000Z

        The log holds.
        "
      `);
    });

    it('exits 1 and names line and reason where it does not', () => {
      const log = `${line(0)}INFO: started\n${line(1).replace('"msg"', '"password":"hunter22","msg"')}{"a":\n`;
      const { status, stdout } = check([file('bad.log', log), '--require', 'user.id']);
      expect(status).toBe(1);
      expect(stdout).not.toContain('hunter22');
      expect(stdout.replace(/\(\d+ bytes in .*\)/, '(…)')).toMatchInlineSnapshot(`
        "bad.log  (…)
          lines         4
          structured    2 (50 %)
          shapes        plain 2, pino 2
          levels        info 2
          with a trace  2
          times         2026-01-02T00:00:00.000Z … 2026-01-02T00:00:01.000Z

        First findings
          line 1: missing-field, no user.id
            {"level":30,"time":1767312000000,"pid":1,"hostname":"h","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","msg":"m"}
          line 2: not-structured, plain text
            INFO: started
          line 3: missing-field, no user.id
          line 3: secret, a field whose name says that its value is secret ("password")
          line 4: broken-json, JSON breaks at byte 6 of the line
            {"a":

        FAIL 2 lines of 4 not structured (50 %, at least 100 % wanted)
        FAIL 2 lines without user.id
        FAIL a field whose name says that its value is secret in 1 line (secret-field)
        "
      `);
    });

    it('takes a share of lines that may be anything else, and rules that are switched off', () => {
      const name = file('mixed.log', `${line(0).repeat(99)}contact jane@example.com\n`);
      expect(check([name]).status).toBe(1);
      expect(check([name, '--min-structured', '99%']).status).toBe(1);
      expect(check([name, '--min-structured', '99%', '--ignore-rule', 'email']).status).toBe(0);
      expect(check([name, '--min-structured', '0.995', '--ignore-rule', 'all']).status).toBe(1);
    });

    it('names the frame around lines, and judges the lines in it', () => {
      const docker = (text: string) =>
        `${JSON.stringify({ log: text, stream: 'stdout', time: '2026-01-02T00:00:00Z' })}\n`;
      const { status, stdout } = check([file('docker.log', docker(line(0)) + docker('plain text\n'))]);
      expect(status).toBe(1);
      expect(stdout).toContain('  in frames     Docker json-file 2\n');
      expect(stdout).toContain('line 2: not-structured, plain text');
      expect(stdout).toContain('FAIL 1 line of 2 not structured (50 %');
      const { stdout: json } = check([file('compose.log', `api-1  | ${line(0)}`), '--json']);
      expect(JSON.parse(json)).toMatchObject({ ok: true, frames: { compose: 1 }, structured: 1 });
    });

    it('takes a share of lines with a trace, lines of requests alone, and no trace outside of them', () => {
      const without = line(0).replace(trace, '0').replace('"msg"', '"req":1,"msg"');
      const start = '{"level":30,"msg":"listening"}\n';
      const name = file('traced.log', start + line(1).repeat(9) + without + start);
      const all = check([name, '--require', 'trace']);
      expect(all.status).toBe(1);
      expect(all.stdout).toContain('FAIL 1 line without trace');
      expect(all.stdout).toContain('2 lines outside of requests (before the first, after the last)');
      expect(check([name, '--require', 'trace>=90%']).status).toBe(0);
      expect(check([name, '--require', 'trace>=95%']).stdout).toContain(
        'FAIL 1 line of 10 without trace (90 % have it, at least 95 % wanted)',
      );
      expect(check([name, '--require', 'trace', '--where', 'req']).stdout).toContain(
        'FAIL 1 line without trace',
      );
      expect(check([name, '--require', 'trace', '--where', 'user']).stdout).toContain(
        'FAIL no structured line has user',
      );
      expect(check([file('quiet.log', start), '--require', 'trace']).stdout).toContain(
        'FAIL 1 line without trace',
      );
    });

    it('reads standard input, and answers with JSON', () => {
      const { status, stdout } = check(['-', '--json'], line(0));
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        source: 'standard input',
        ok: true,
        lines: 1,
        shapes: { pino: 1 },
      });
    });

    it.each([
      [['absent.log'], /there is no such file/],
      [['.'], /cannot read \.: it is a folder/],
      [['x', '--min-structured', '200%'], /write 99% or 0.99/],
      [['x', '--ignore-rule', 'emial'], /did you mean email/],
      [['x', '--require', 'trace>=2'], /write 99% or 0.99/],
      [['x', '--require', '>=50%'], /name of a field/],
      [[], /missing required argument/],
    ])('exits 2 for %j', (args, message) => {
      const { status, stderr } = check(args);
      expect(status).toBe(2);
      expect(stderr).toMatch(message);
    });

    it('steers neither a terminal nor the runner of a CI job', () => {
      const name = file('hostile.log', '::error::pwned \x1b]52;c;aGk=\x07 \u202eevil ##[group]\n');
      for (const args of [[name], [name, '--json']])
        expect(check(args).stdout).not.toMatch(/::error::pwned(?![^"]*")|[\x1b\x07\u202e]|##\[/);
      expect(check([name]).stdout).toContain('\\u003a:error::pwned');
    });

    it('reads a FIFO to its end, and can be interrupted at one without a writer', async () => {
      const fifo = join(folder, 'fifo');
      execFileSync('mkfifo', [fifo]);
      const writer = spawn('sh', ['-c', 'sleep 0.2; echo \'{"a":1}\' > "$0"', fifo]);
      expect(check(['fifo'])).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('lines         1'),
      });
      writer.kill();
      const waiting = spawn(process.execPath, [cli, 'logs', 'check', fifo], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const ended = once(waiting, 'exit');
      // No process reads while it starts; it opens the FIFO before it can be ended by this.
      await expect.poll(() => openedBy(waiting.pid!, fifo), { timeout: 20_000 }).toBe(true);
      waiting.kill('SIGINT');
      expect(await ended).toEqual([130, null]);
    });

    it('finds nothing in an empty log, and says so', () => {
      expect(check([file('empty.log', '')])).toMatchObject({
        status: 1,
        stdout: expect.stringContaining('has no lines'),
      });
    });

    it('reports how to read a compressed log', () => {
      writeFileSync(join(folder, 'old.log.gz'), gzipSync(line(1)));
      const { status, stdout } = check(['old.log.gz', '--min-structured', '0']);
      expect(status).toBe(1);
      expect(stdout).toContain(
        'FAIL it is compressed with gzip: gzip -dc old.log.gz | meatymusic logs check -',
      );
    });

    it('reports about a large file by several threads what one thread reports, a line of 100 MB included', async () => {
      const name = join(folder, 'large.log');
      const descriptor = openSync(name, 'w');
      for (let part = 0; part < 30; part++) {
        writeSync(descriptor, line(part).repeat(8000));
        writeSync(descriptor, `plain ${part}\n{"broken": ${part}\n`);
      }
      const long = Buffer.alloc(1 << 20, 'x');
      for (let part = 0; part < 100; part++) writeSync(descriptor, long);
      writeSync(descriptor, `\n${line(99)}{"cut":`);
      closeSync(descriptor);
      const { stdout } = check([name, '--json']);
      const { source: _source, ok: _ok, failures, ...report } = JSON.parse(stdout);
      const alone = await analyseFile(name, { required: [] });
      expect(report).toEqual(JSON.parse(JSON.stringify(alone)));
      expect(report).toMatchObject({ lines: 240_063, structured: 240_001, tooLong: 1, truncated: 1 });
      expect(failures).toHaveLength(1);
    });
  },
);

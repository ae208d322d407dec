import { execFileSync, spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { awaitUntil } from '../base/await-until.ts';
import { ProbeError } from '../check/probes.ts';
import { testProbeContext } from '../testing/probe-context.ts';
import { createProbe } from './index.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function context(over: Parameters<typeof testProbeContext>[0] = {}) {
  const made = testProbeContext(over);
  cleanups.push(() => made.close());
  return made;
}

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'meatymusic-probe-'));
  cleanups.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function failureOf(promise: Promise<unknown>): Promise<ProbeError> {
  const error = await promise.then(
    (value) => expect.fail(`resolved to ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ProbeError);
  return error as ProbeError;
}

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as net.AddressInfo).port;
}

describe('tcp', () => {
  test('names the address that it reached, and every one that it could not reach', async () => {
    const port = await listen(net.createServer((socket) => socket.resume().end()));
    const tcp = await createProbe('tcp', context());
    expect((await tcp.connect({ host: 'localhost', port })).address).toBe(`127.0.0.1:${port}`);
    const error = await failureOf(tcp.connect({ host: 'localhost', port: 1 }));
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    expect(error.details.tried).toContain('127.0.0.1:1');
  });
});

describe('an attempt that is over before its probe begins', () => {
  const over = () => context({ signal: AbortSignal.abort(new Error('the attempt is over')) });

  test.each(['localhost', '127.0.0.1'])('is a TIMEOUT of tcp and of tls to %s', async (host) => {
    const port = await listen(net.createServer((socket) => socket.resume().end()));
    const tcp = await createProbe('tcp', over());
    expect((await failureOf(tcp.connect({ host, port }))).code).toBe('TIMEOUT');
    const tls = await createProbe('tls', over());
    expect((await failureOf(tls.inspect({ host, port }))).code).toBe('TIMEOUT');
  });
});

describe('dns', () => {
  test('resolves by the system, and says what does not resolve', async () => {
    const dns = await createProbe('dns', context());
    expect((await dns.resolve({ name: 'localhost' })).records).toContain('127.0.0.1');
    expect(['ENOTFOUND', 'EAI_AGAIN']).toContain(
      (await failureOf(dns.resolve({ name: 'nothing.invalid' }))).code,
    );
  });

  test('a silent name server: fails within the attempt', async () => {
    const tarpit = dgram.createSocket('udp4');
    await new Promise<void>((resolve) => tarpit.bind(0, '127.0.0.1', () => resolve()));
    cleanups.push(() => tarpit.close());
    const dns = await createProbe('dns', context({ timeoutMs: 400 }));
    const server = `127.0.0.1:${tarpit.address().port}`;
    expect((await failureOf(dns.resolve({ name: 'example.com', type: 'A', server }))).code).toBe('TIMEOUT');
  });
});

describe('tls', () => {
  test('shows a certificate that is not trusted, and why', async () => {
    const at = folder();
    const [key, cert] = [path.join(at, 'key.pem'), path.join(at, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        key,
        '-out',
        cert,
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=DNS:localhost',
      ],
      { stdio: 'ignore' },
    );
    const port = await listen(tls.createServer({ key: readFileSync(key), cert: readFileSync(cert) }));
    const probe = await createProbe('tls', context());
    expect(await probe.inspect({ host: 'localhost', port })).toMatchObject({
      authorized: false,
      authorizationError: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      subject: 'CN=localhost',
      subjectAltNames: ['DNS:localhost'],
      daysLeft: 1,
    });
  });

  test('a server without TLS, and one that is silent', async () => {
    const plain = await listen(
      net.createServer((socket) =>
        socket
          .on('error', () => {})
          .resume()
          .end('hello\r\n'),
      ),
    );
    const silent = await listen(net.createServer((socket) => socket.on('error', () => {}).resume()));
    const probe = await createProbe('tls', context({ timeoutMs: 500 }));
    expect((await failureOf(probe.inspect({ host: '127.0.0.1', port: plain }))).message).toContain(
      'does not speak TLS',
    );
    expect((await failureOf(probe.inspect({ host: '127.0.0.1', port: silent }))).code).toBe('TIMEOUT');
  });
});

describe('command', () => {
  test('gives exit status, signal and output', async () => {
    const command = await createProbe('command', context());
    expect(await command.run({ command: 'echo out; echo err >&2; exit 3' })).toMatchObject({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await command.run({ command: 'kill -9 $$' })).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
    expect(await command.run({ command: ['cat'], stdin: 'given', env: { A: '1' } })).toMatchObject({
      stdout: 'given',
    });
  });

  test('keeps the last 16 MiB of what is endless, and says that there was more', async () => {
    const command = await createProbe('command', context());
    const { stdout, truncated } = await command.run({
      command: 'yes long-line | head -c 40000000; echo the end',
    });
    expect(stdout.length).toBe(16 * 1024 * 1024);
    expect(truncated).toBe(true);
    expect((await command.run({ command: 'echo short' })).truncated).toBeUndefined();
    expect(stdout.endsWith('the end\n')).toBe(true);
  });

  test('reports its lines while it runs where it is asked to, of a progress bar the last state', async () => {
    const reported: string[] = [];
    const command = await createProbe('command', context({ progress: (line) => reported.push(line) }));
    const script = `printf 'one\\ntwo\\r\\n10%%\\r99%%\\nend'; head -c 9999 /dev/zero | tr '\\0' x >&2`;
    await command.run({ command: script, live: true });
    expect(reported.filter((line) => !line.startsWith('x'))).toEqual(['one', 'two', '99%', 'end']);
    expect(reported.find((line) => line.startsWith('x'))).toHaveLength(4096);
    await command.run({ command: 'echo unheard' });
    expect(reported).not.toContain('unheard');
  });

  test('keeps what a command said before its time was up', async () => {
    const command = await createProbe('command', context({ timeoutMs: 700 }));
    const script = 'echo compiling; echo careful >&2; sleep 60';
    expect((await failureOf(command.run({ command: script }))).details).toEqual({
      stdout: 'compiling\n',
      stderr: 'careful\n',
    });
  });

  test('no such command, no such folder', async () => {
    const command = await createProbe('command', context());
    expect((await failureOf(command.run({ command: ['no-such-command-here'] }))).code).toBe('ENOENT');
    await failureOf(command.run({ command: ['true'], cwd: '/no/such/folder' }));
  });

  test('a child that ignores SIGTERM and a grandchild that holds the pipe: ends in time, leaves no process', async () => {
    const pids = path.join(folder(), 'pids');
    const command = await createProbe('command', context({ timeoutMs: 700 }));
    const script = `trap '' TERM; sleep 60 & echo $! > ${pids}; echo $$ >> ${pids}; while :; do sleep 60; done`;
    expect((await failureOf(command.run({ command: script }))).code).toBe('TIMEOUT');
    await allGone(pids);
  });

  test('a grandchild that holds the pipe after the command has ended is not waited for', async () => {
    const pids = path.join(folder(), 'pids');
    const command = await createProbe('command', context());
    const ended = await command.run({ command: `sleep 60 & echo $! > ${pids}; echo done` });
    expect(ended).toMatchObject({ exitCode: 0, stdout: 'done\n', unended: true });
    expect(ended.durationMs).toBeLessThan(30_000);
    await allGone(pids);
  });
});

test('the output of many commands is read to its end while the machine is busy', async () => {
  const command = await createProbe('command', context({ timeoutMs: 120_000 }));
  const busy = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  );
  try {
    const runs = Array.from({ length: 60 }, () => command.run({ command: 'seq 1 30000; echo ERROR' }));
    for (const { stdout, unended } of await Promise.all(runs)) {
      expect(stdout.endsWith('30000\nERROR\n')).toBe(true);
      expect(unended).toBeUndefined();
    }
  } finally {
    for (const each of busy) each.kill('SIGKILL');
  }
});

test('many processes are looked up in one list', async () => {
  const probe = await createProbe('process', context());
  const found = await Promise.all(Array.from({ length: 120 }, () => probe.find({ name: 'node' })));
  expect(found.every(({ pids }) => pids.includes(process.pid))).toBe(true);
  expect((await probe.find({ name: 'no-such-program' })).running).toBe(false);
});

describe('file', () => {
  test('says what is there: type, mode, size, owner, checksum, where a link leads', async () => {
    const at = folder();
    writeFileSync(path.join(at, 'a'), 'text');
    chmodSync(path.join(at, 'a'), 0o640);
    symlinkSync('a', path.join(at, 'link'));
    const file = await createProbe('file', context());
    expect(await file.stat({ path: path.join(at, 'a'), checksums: ['md5', 'sha256'] })).toMatchObject({
      exists: true,
      type: 'file',
      mode: '0640',
      size: 4,
      checksums: {
        md5: '1cb251ec0d568de6a929b520c4aed8d1',
        sha256: '982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1',
      },
    });
    expect(await file.stat({ path: path.join(at, 'link') })).toMatchObject({
      type: 'symlink',
      linkedTo: 'a',
    });
    expect(await file.stat({ path: at })).toMatchObject({ type: 'directory' });
    expect(await file.stat({ path: path.join(at, 'none') })).toEqual({ exists: false });
    expect(await file.stat({ path: path.join(at, 'a', 'b') })).toEqual({ exists: false });
    expect(await file.read({ path: path.join(at, 'a'), maxBytes: 2 })).toEqual({
      text: 'te',
      bytes: 4,
      truncated: true,
    });
    expect((await failureOf(file.read({ path: path.join(at, 'none') }))).code).toBe('ENOENT');
  });

  test('is read to its end, whatever its size and whatever size it says that it has', async () => {
    const at = folder();
    const file = await createProbe('file', context());
    for (const size of [0, 1, 65_535, 65_536, 65_537, 200_000]) {
      writeFileSync(path.join(at, 'a'), 'x'.repeat(size));
      expect(await file.read({ path: path.join(at, 'a') })).toEqual({
        text: 'x'.repeat(size),
        bytes: size,
        truncated: false,
      });
    }
    expect((await file.read({ path: '/proc/self/status' })).text).toContain(`Pid:\t${process.pid}`);
  });

  test('has the names of its owner and its group', async () => {
    const at = path.join(folder(), 'a');
    writeFileSync(at, '');
    const [owner, group] = ['-un', '-gn'].map((which) =>
      execFileSync('id', [which], { encoding: 'utf8' }).trim(),
    );
    const file = await createProbe('file', context());
    expect(await file.stat({ path: at })).toMatchObject({ owner, group });
  });

  test('a FIFO without a writer holds nothing up', async () => {
    const fifo = path.join(folder(), 'fifo');
    execFileSync('mkfifo', [fifo]);
    const file = await createProbe('file', context());
    expect(await file.read({ path: fifo })).toMatchObject({ text: '' });
  });
});

test('process: found by its name', async () => {
  const probe = await createProbe('process', context());
  expect((await probe.find({ name: 'node' })).pids).toContain(process.pid);
  expect(await probe.find({ name: 'no-such-program' })).toEqual({ running: false, pids: [] });
});

describe('control', () => {
  test('an external stack cannot be touched', async () => {
    const probe = await createProbe('control', context());
    expect(await probe.available({ service: 'cache' })).toMatchObject({ available: false });
    expect((await failureOf(probe.stop({ service: 'cache' }))).code).toBe('NO_CONTROL');
  });
});

async function allGone(pids: string): Promise<void> {
  const numbers = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
  await awaitUntil(() => (numbers.some(isAlive) ? undefined : true), {
    what: 'the processes to be gone',
    withinMs: 10_000,
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie is gone; only its parent has not looked yet.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

import path from 'node:path';
import { execa } from 'execa';
import { excerpt } from '../base/safe-text.ts';
import { ProbeError } from '../check/probes.ts';
import { LineSplitter } from '../logs/lines.ts';
import { budgetOf } from './budget.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';

const keptBytes = 16 * 1024 * 1024;
/** Before them: a secret that begins here is recognized. */
const spareBytes = 16 * 1024;
/** Of a line that is shown while the command runs. */
const shownBytes = 4096;

/**
 * Runs a command in a process group of its own. When time is up the whole group is killed, and the result does not wait
 * for a grandchild that still holds the pipe.
 */
export function createCommandProbe(context: ProbeContext): ClosableProbe<'command'> {
  return {
    async run({ command, cwd, env, stdin, timeoutMs, live }) {
      const startedAt = performance.now();
      const [file, ...args] = typeof command === 'string' ? ['/bin/sh', '-c', command] : command;
      const name = typeof command === 'string' ? excerpt(command.split('\n')[0]!, 80) : file;
      const budget = budgetOf(context, () => `\`${name}\` did not end`, timeoutMs);
      const child = execa(file, args, {
        ...(cwd ? { cwd: path.resolve(context.root ?? '.', cwd) } : {}),
        ...(env ? { env } : {}),
        ...(stdin === undefined ? { stdin: 'ignore' as const } : { input: stdin }),
        detached: true,
        cleanup: false,
        buffer: false,
        reject: false,
        stripFinalNewline: false,
      });
      const killGroup = () => {
        if (child.pid === undefined) return;
        try {
          process.kill(-child.pid, 'SIGKILL');
        } catch {
          // The group is gone already.
        }
      };
      const report = live ? context.progress : undefined;
      const stdout = tail(child.stdout, report);
      const stderr = tail(child.stderr, report);
      let unwatch = () => {};
      const late = new Promise<never>((_resolve, reject) => {
        unwatch = budget.watch(({ code, message }) =>
          reject(new ProbeError(code, message, { stdout: stdout.text(), stderr: stderr.text() })),
        );
      });
      process.once('exit', killGroup);
      try {
        const ended = exitOf(child);
        const { exitCode, signal } = await Promise.race([ended, late]);
        const whole = await Promise.race([untilRead([stdout, stderr]), late]);
        return {
          exitCode,
          ...(signal ? { signal } : {}),
          stdout: stdout.text(),
          stderr: stderr.text(),
          ...(stdout.truncated() || stderr.truncated() ? { truncated: true } : {}),
          ...(whole ? {} : { unended: true }),
          durationMs: performance.now() - startedAt,
        };
      } finally {
        unwatch();
        process.off('exit', killGroup);
        killGroup();
        child.stdout?.destroy();
        child.stderr?.destroy();
        child.catch(() => {});
      }
    },
  };
}

type Child = ReturnType<typeof execa>;

function exitOf(child: Child): Promise<{ exitCode: number | null; signal: string | null }> {
  return new Promise((resolve, reject) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new ProbeError(
          error.code ?? 'SPAWN_FAILED',
          error.code === 'ENOENT'
            ? 'there is no such command'
            : `the command cannot be started: ${error.code}`,
        ),
      ),
    );
    // A working folder that is not there, or an argument with a NUL: no process starts, and there is no event either.
    child.then((result) => {
      if (child.pid !== undefined) return;
      const code = (result as { code?: string }).code ?? 'SPAWN_FAILED';
      reject(
        new ProbeError(
          code,
          code === 'ENOENT' ? 'there is no such command' : `the command cannot be started: ${code}`,
        ),
      );
    });
  });
}

const quietTurns = 10;
const turnMs = 20;

/**
 * Resolves to `true` at the end of the streams of a command that has ended, or to `false` if another process keeps one
 * open. Turns of the event loop are counted, and not time: each reads what is in the pipe, however busy the machine is.
 */
async function untilRead(streams: readonly Tail[]): Promise<boolean> {
  let hasEnded = false;
  void Promise.all(streams.map(({ ended }) => ended)).then(() => {
    hasEnded = true;
  });
  const received = () => streams.reduce((sum, { received }) => sum + received(), 0);
  for (let quiet = 0, before = received(); quiet < quietTurns; quiet++) {
    await new Promise((resolve) => setTimeout(resolve, hasEnded ? 0 : turnMs).unref());
    await new Promise((resolve) => setImmediate(resolve));
    if (hasEnded) return true;
    const now = received();
    if (now !== before) quiet = 0;
    before = now;
  }
  return false;
}

type Tail = ReturnType<typeof tail>;

/** The last part of a stream: what a command says last is what explains its end. */
function tail(stream: NodeJS.ReadableStream | null, report: ((line: string) => void) | undefined) {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let received = 0;
  let truncated = false;
  const lines = new LineSplitter(
    (line) => report?.(lastOverprinted(line.bytes.toString('utf8'))),
    shownBytes,
  );
  stream?.on('data', (chunk: Buffer) => {
    if (report) lines.push(chunk);
    chunks.push(chunk);
    bytes += chunk.length;
    received += chunk.length;
    // Joined only now and then: an endless output must not be copied with each of its chunks.
    if (bytes > 2 * keptBytes) {
      chunks = [Buffer.concat(chunks).subarray(-keptBytes - spareBytes)];
      bytes = keptBytes + spareBytes;
      truncated = true;
    }
  });
  const ended = new Promise<void>((resolve) => {
    if (!stream) return resolve();
    stream.once('end', () => {
      lines.end();
      resolve();
    });
    stream.once('close', () => resolve());
    stream.once('error', () => resolve());
  });
  return {
    text() {
      const all = Buffer.concat(chunks);
      const whole = all.toString('utf8');
      if (!truncated && all.length <= keptBytes) return whole;
      // More is kept than is handed over: what is cut is cut without leaving a part of a secret.
      return excerpt(whole, Math.min(keptBytes, whole.length - spareBytes), { from: 'end' });
    },
    truncated: () => truncated || bytes > keptBytes,
    received: () => received,
    ended,
  };
}

/** What a terminal would show of a line that goes back to its beginning, as progress bars do. */
function lastOverprinted(line: string): string {
  return line.slice(line.lastIndexOf('\r') + 1);
}

import { execa } from 'execa';
import { ProbeError } from '../check/probes.ts';
import { budgetOf } from './budget.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';

const keptBytes = 1024 * 1024;

/**
 * Runs a command in a process group of its own. When time is up the whole group is killed, and the result does not wait
 * for a grandchild that still holds the pipe.
 */
export function createCommandProbe(context: ProbeContext): ClosableProbe<'command'> {
  return {
    async run({ command, cwd, env, stdin, timeoutMs }) {
      const startedAt = performance.now();
      const [file, ...args] = typeof command === 'string' ? ['/bin/sh', '-c', command] : command;
      const name = typeof command === 'string' ? command.split('\n')[0]!.slice(0, 80) : file;
      const budget = budgetOf(context, () => `\`${name}\` did not end`, timeoutMs);
      const child = execa(file, args, {
        ...(cwd ? { cwd } : {}),
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
      const stdout = tail(child.stdout);
      const stderr = tail(child.stderr);
      let unwatch = () => {};
      const late = new Promise<never>((_resolve, reject) => {
        unwatch = budget.watch(reject);
      });
      process.once('exit', killGroup);
      try {
        const ended = exitOf(child);
        const { exitCode, signal } = await Promise.race([ended, late]);
        // What is still in the pipe arrives with its end; a grandchild that keeps it open is not waited for.
        await Promise.race([Promise.all([stdout.ended, stderr.ended]), graceMs(200), late]);
        return {
          exitCode,
          ...(signal ? { signal } : {}),
          stdout: stdout.text(),
          stderr: stderr.text(),
          ...(stdout.truncated() || stderr.truncated() ? { truncated: true } : {}),
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
    // A working folder that is not there, or an argument with a NUL: no process comes to be, and no event either.
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

/** The last MiB of a stream: what a command says last is what explains its end. */
function tail(stream: NodeJS.ReadableStream | null) {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let truncated = false;
  stream?.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    // Joined only now and then: an endless output must not be copied with each of its chunks.
    if (bytes > 2 * keptBytes) {
      chunks = [Buffer.concat(chunks).subarray(-keptBytes)];
      bytes = keptBytes;
      truncated = true;
    }
  });
  const ended = new Promise<void>((resolve) => {
    if (!stream) return resolve();
    stream.once('end', () => resolve());
    stream.once('close', () => resolve());
    stream.once('error', () => resolve());
  });
  return {
    text: () => Buffer.concat(chunks).subarray(-keptBytes).toString('utf8'),
    truncated: () => truncated || bytes > keptBytes,
    ended,
  };
}

function graceMs(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

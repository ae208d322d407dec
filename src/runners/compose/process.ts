import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { tied } from '../../base/tied.ts';

export interface RunProcessOptions {
  cwd?: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Ends the process and its children; `runProcess` then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Each line of both streams as it comes, without its end. */
  onLine?: (line: string) => void;
  /** It must not outlive this process, also when that is killed. A program that is missing is then exit code 127. */
  tied?: boolean;
  /** What is kept of each stream, from its end. Default 16 MiB. */
  maxBytes?: number;
}

export interface ProcessOutput {
  /** `null` when a signal ended it. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** From SIGTERM to SIGKILL. */
const graceMs = 800;
/** How long the pipes of a process that has ended may be silent before a grandchild is thought to hold them. */
const pipesMs = 200;

/**
 * Runs a program to its end, in a process group of its own, so that its helpers (`docker compose` is two processes, a
 * build is more) end with it: one that ignores SIGTERM is killed, one that keeps the pipes open is not waited for.
 * A program that cannot be started rejects with the system's code (`ENOENT`); an exit code is a result.
 */
export function runProcess(
  [program = '', ...programArgs]: readonly string[],
  options: RunProcessOptions,
): Promise<ProcessOutput> {
  const { file, args } = options.tied ? tied(program, programArgs) : { file: program, args: programArgs };
  const { signal, onLine, maxBytes = 16 * 1024 * 1024 } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: [options.tied ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      detached: true,
      windowsHide: true,
    }) as ChildProcessByStdio<Writable | null, Readable, Readable>;
    const streams = { stdout: createTail(maxBytes), stderr: createTail(maxBytes) };
    const timers: NodeJS.Timeout[] = [];
    let settled = false;
    let chunks = 0;

    for (const name of ['stdout', 'stderr'] as const) {
      const lines = onLine && createLines(onLine);
      child[name].on('data', (chunk: Buffer) => {
        chunks++;
        streams[name].add(chunk);
        lines?.(chunk);
      });
    }
    const killGroup = (name: NodeJS.Signals) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, name);
      } catch {
        // It has ended already.
      }
    };
    const onAbort = () => {
      killGroup('SIGTERM');
      timers.push(setTimeout(() => killGroup('SIGKILL'), graceMs));
    };
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      child.stdin?.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
      act();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    child.once('error', (error) => settle(() => reject(error)));
    const finish = (exitCode: number | null) =>
      settle(() => {
        if (signal?.aborted) {
          killGroup('SIGKILL');
          return reject(signal.reason);
        }
        resolve({ exitCode, stdout: streams.stdout.text(), stderr: streams.stderr.text() });
      });
    // Timers come before what has arrived meanwhile: only silence over whole turns of the loop is silence.
    const finishWhenSilent = (exitCode: number | null, silentTurns = 0) => {
      const before = chunks;
      const look = () => finishWhenSilent(exitCode, chunks === before ? silentTurns + 1 : 0);
      if (settled) return;
      if (silentTurns >= 2) finish(exitCode);
      else timers.push(setTimeout(() => setImmediate(look), pipesMs / 2));
    };
    child.once('exit', (exitCode) => finishWhenSilent(exitCode));
    child.once('close', finish);
  });
}

function createTail(maxBytes: number) {
  let chunks: Buffer[] = [];
  let bytes = 0;
  return {
    add(chunk: Buffer) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxBytes * 2) {
        const kept = Buffer.concat(chunks).subarray(-maxBytes);
        chunks = [kept];
        bytes = kept.length;
      }
    },
    text: () => Buffer.concat(chunks).subarray(-maxBytes).toString('utf8'),
  };
}

/** Longest line that is handed on; the rest of it is dropped. */
const maxLineBytes = 64 * 1024;

/** Splits chunks into lines. A line without an end is not handed on. */
export function createLines(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const line = Buffer.concat([rest, chunk.subarray(start, end)]);
      rest = Buffer.alloc(0);
      start = end + 1;
      onLine(line.subarray(0, maxLineBytes).toString('utf8').replace(/\r$/, ''));
    }
    if (rest.length < maxLineBytes) rest = Buffer.concat([rest, chunk.subarray(start)]);
  };
}

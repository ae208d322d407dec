import { spawn } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import { tied } from '../../base/tied.ts';
import type { EngineCli } from './cli.ts';
import type { Container } from './containers.ts';
import type { EngineApi } from './engine-api.ts';
import { byTime } from './log-follower.ts';
import type { TimedLine } from './log-memory.ts';
import { createLines } from './process.ts';

export interface LogStreamOptions {
  cli: EngineCli;
  container: Pick<Container, 'id' | 'service'>;
  /** Wait for further lines. Default: end after the last one. */
  follow?: boolean;
  /** RFC 3339, with up to nine digits of a second. */
  since?: string | undefined;
  until?: string | undefined;
  tail?: number | undefined;
  onLine(line: TimedLine): void;
}

export interface LogStream {
  /** Resolves at the end of the log, also where it cannot be read. */
  ended: Promise<void>;
  close(): void;
  pause(): void;
  resume(): void;
}

/** Reads both streams of one container, line by line, in the order of arrival. */
export function openLog(options: LogStreamOptions): LogStream {
  const { api } = options.cli;
  return api ? openByApi(api, options) : openByCommandLine(options);
}

export interface ReadOptions extends Omit<LogStreamOptions, 'follow' | 'since' | 'onLine'> {
  /** Epoch milliseconds. */
  sinceMs?: number | undefined;
  signal: AbortSignal;
}

/** Resolves to what is there, both streams in the order of their time stamps. */
export async function readLog({ sinceMs, signal, ...options }: ReadOptions): Promise<TimedLine[]> {
  const lines: TimedLine[] = [];
  const since = sinceMs === undefined ? undefined : new Date(sinceMs).toISOString();
  const stream = openLog({ ...options, since, onLine: (line) => lines.push(line) });
  const stop = () => stream.close();
  signal.addEventListener('abort', stop, { once: true });
  await stream.ended;
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  return byTime(lines).slice(options.tail === undefined ? 0 : -options.tail);
}

/** Returns a sink for one of the two streams. */
function linesOf({ container, onLine }: LogStreamOptions): (chunk: Buffer) => void {
  return createLines((line) => {
    const at = line.indexOf(' ');
    // Any other line on stderr is a message of the engine's command line.
    if (!/^\d{4}-\d\d-\d\dT/.test(line)) return;
    const time = at < 0 ? line : line.slice(0, at);
    const text = at < 0 ? '' : line.slice(at + 1);
    // The engine keeps a line in pieces of 16 KiB, and stamps each of them with the time of the first.
    onLine({ service: container.service, time, text: text.replaceAll(`${time} `, '') });
  });
}

function openByApi(api: EngineApi, options: LogStreamOptions): LogStream {
  const { container, follow = false, since, until, tail } = options;
  const query = new URLSearchParams({
    stdout: '1',
    stderr: '1',
    timestamps: '1',
    follow: follow ? '1' : '0',
  });
  if (since !== undefined) query.set('since', secondsOf(since));
  if (until !== undefined) query.set('until', secondsOf(until));
  if (tail !== undefined) query.set('tail', String(tail));
  const cancel = new AbortController();
  let response: IncomingMessage | undefined;
  let isPaused = false;
  const read = async () => {
    const opened = await api.open(`/containers/${container.id}/logs?${query}`, cancel.signal);
    if (opened.statusCode !== 200) return opened.destroy();
    response = opened;
    const streams = { stdout: linesOf(options), stderr: linesOf(options) };
    opened.on('data', splitStreams(streams.stdout, streams.stderr));
    if (isPaused) opened.pause();
    await new Promise<void>((resolve) => opened.once('close', resolve));
    return undefined;
  };
  return {
    ended: read().then(
      () => undefined,
      () => undefined,
    ),
    close: () => cancel.abort(),
    pause() {
      isPaused = true;
      response?.pause();
    },
    resume() {
      isPaused = false;
      response?.resume();
    },
  };
}

const headerBytes = 8;

/**
 * Returns a sink for the body of an answer: frames of `stream, 0, 0, 0, length (32 bits), bytes`; of a container with a
 * terminal the bytes alone, which begin with the digit of a time stamp.
 */
export function splitStreams(
  stdout: (chunk: Buffer) => void,
  stderr: (chunk: Buffer) => void,
): (chunk: Buffer) => void {
  const header = Buffer.alloc(headerBytes);
  let headerLength = 0;
  let left = 0;
  let sink = stdout;
  let isFramed: boolean | undefined;
  return (chunk) => {
    isFramed ??= (chunk[0] ?? 0) <= 2;
    if (!isFramed) return stdout(chunk);
    for (let at = 0; at < chunk.length; ) {
      if (left > 0) {
        const part = chunk.subarray(at, at + left);
        sink(part);
        left -= part.length;
        at += part.length;
        continue;
      }
      header[headerLength++] = chunk[at++] as number;
      if (headerLength < headerBytes) continue;
      headerLength = 0;
      sink = header[0] === 2 ? stderr : stdout;
      left = header.readUInt32BE(4);
    }
  };
}

/** Returns a time of RFC 3339 as the API takes it: seconds with nanoseconds. */
function secondsOf(time: string): string {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? '';
  return `${Math.floor(Date.parse(time) / 1000)}.${fraction.padEnd(9, '0').slice(0, 9)}`;
}

function openByCommandLine(options: LogStreamOptions): LogStream {
  const { cli, container, follow, since, until, tail } = options;
  const args = [
    ...(follow ? ['--follow'] : []),
    ...(since === undefined ? [] : ['--since', since]),
    ...(until === undefined ? [] : ['--until', until]),
    ...(tail === undefined ? [] : ['--tail', String(tail)]),
  ];
  const command = tied(cli.engine, ['logs', '--timestamps', ...args, container.id]);
  const child = spawn(command.file, command.args, {
    env: cli.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    windowsHide: true,
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', linesOf(options));
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  return {
    ended,
    close: () => {
      command.stop(child);
      child.stdout.destroy();
      child.stderr.destroy();
    },
    pause: () => {
      child.stdout.pause();
      child.stderr.pause();
    },
    resume: () => {
      child.stdout.resume();
      child.stderr.resume();
    },
  };
}

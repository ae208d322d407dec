import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { distFolder, isBuilt } from '../base/package-root.ts';
import { type AnalyserOptions, type AnalyserTools, LogAnalyser } from './analyser.ts';
import { settleOutside } from './outside-requests.ts';
import { type ByteRange, cutIntoRanges } from './ranges.ts';
import { readPipe } from './read-pipe.ts';
import { defaultToleranceMs, emptyReport, type LogReport, mergeReports } from './report.ts';

/** Size below which a thread costs more time than it saves. */
const worthThreadsBytes = 64 * 1024 * 1024;
const maxThreads = 8;

/** Reads a stream once. */
export async function analyseStream(
  source: AsyncIterable<Uint8Array>,
  options: AnalyserOptions,
  signal?: AbortSignal,
): Promise<LogReport> {
  const analyser = new LogAnalyser(options);
  for await (const chunk of source) {
    signal?.throwIfAborted();
    analyser.push(chunk);
  }
  return settleOutside(analyser.end());
}

export interface FileOptions {
  signal?: AbortSignal;
  threads?: number;
  /** Of a longer file its end alone is read, from the first record on; lines are counted from there. Default: all of it. */
  lastBytes?: number;
}

/** Reads a file once, a large one by several threads; what is not a regular file is read as a stream. */
export async function analyseFile(
  file: string,
  options: AnalyserOptions = {},
  { signal, threads = availableParallelism(), lastBytes = Number.POSITIVE_INFINITY }: FileOptions = {},
): Promise<LogReport> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await handle.stat();
    if (!stat.isFile())
      return await analyseStream(readPipe(handle, { signal, waitForWriter: stat.isFIFO() }), options, signal);
    const ranges = await cutIntoRanges(handle, stat.size, { lastBytes });
    if (isBuilt && threads > 1 && Math.min(stat.size, lastBytes) >= worthThreadsBytes) {
      return settleOutside(await byThreads(file, ranges, options, Math.min(threads, maxThreads), signal));
    }
    const range = { start: ranges[0]?.start ?? 0, end: stat.size };
    return settleOutside(await analyseRange(handle, range, options, { signal }));
  } finally {
    await handle.close();
  }
}

/** A part that begins and ends at lines. */
export async function analyseRange(
  handle: {
    read(buffer: Uint8Array, offset: number, length: number, at: number): Promise<{ bytesRead: number }>;
  },
  { start, end }: ByteRange,
  options: AnalyserOptions,
  { signal, tools }: { signal?: AbortSignal | undefined; tools?: AnalyserTools } = {},
): Promise<LogReport> {
  const analyser = new LogAnalyser(options, tools);
  for (let at = start; at < end; ) {
    signal?.throwIfAborted();
    const room = analyser.room();
    const { bytesRead } = await handle.read(room, 0, Math.min(room.length, end - at), at);
    if (bytesRead === 0) break; // Truncated meanwhile.
    analyser.filled(bytesRead);
    at += bytesRead;
  }
  return analyser.end();
}

async function byThreads(
  file: string,
  ranges: readonly ByteRange[],
  options: AnalyserOptions,
  threads: number,
  signal: AbortSignal | undefined,
): Promise<LogReport> {
  const toleranceMs = options.backwardsToleranceMs ?? defaultToleranceMs;
  let merged = emptyReport(options.required);
  /** Of parts behind one that is not judged yet, by their position: each can hold a hundred samples. */
  const waiting = new Map<number, LogReport>();
  let joined = 0;
  const join = (index: number, report: LogReport) => {
    waiting.set(index, report);
    for (let first = waiting.get(joined); first; first = waiting.get(joined)) {
      merged = mergeReports(merged, first, toleranceMs);
      waiting.delete(joined);
      joined += 1;
    }
  };
  let next = 0;
  const run = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(path.join(distFolder, 'log-worker.js'), { workerData: { file, options } });
      const stop = () => reject(signal?.reason);
      signal?.addEventListener('abort', stop, { once: true });
      const settle = (end: () => void) => {
        signal?.removeEventListener('abort', stop);
        void worker.terminate().then(end, end);
      };
      let current = -1;
      const hand = () => {
        current = next++;
        if (current < ranges.length) worker.postMessage(ranges[current]);
        else settle(resolve);
      };
      worker.on('message', (report: LogReport) => {
        join(current, report);
        hand();
      });
      worker.on('error', (error) => settle(() => reject(error)));
      hand();
    });
  signal?.throwIfAborted();
  await Promise.all(Array.from({ length: Math.min(threads, ranges.length) }, run));
  return merged;
}

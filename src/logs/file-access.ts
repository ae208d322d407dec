import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { LogAccess } from './access.ts';
import { followFile } from './follow-file.ts';
import { followLines } from './follow-lines.ts';
import { readPipe } from './read-pipe.ts';
import { toRecord } from './record.ts';

/** Longest that a source which never ends by itself (a FIFO, a device) is read in one look. */
const endlessMs = 300;
const firstWindowBytes = 256 * 1024;
/** Lines are written a little out of order, and clocks are read before lines are written. */
const slackMs = 1000;

/**
 * A log file, through its rotation: what was moved to `<file>.1` since is read first. With `sinceMs`, a large file is
 * read from the last place that is surely older, found from its end.
 */
export function fileLogAccess(path: string, source = path): LogAccess {
  return {
    source,
    async *open(sinceMs) {
      const rotated = await stat(`${path}.1`).catch(() => undefined);
      // Without a moment, only what is in the file now is asked for: older files may go back for years.
      if (rotated?.isFile() && sinceMs !== undefined && rotated.mtimeMs >= sinceMs - slackMs) {
        yield* read(`${path}.1`, sinceMs);
      }
      yield* read(path, sinceMs);
    },
    follow: () => followFile(path),
    lines: (options) => followLines(path, options),
    file: path,
  };
}

async function* read(path: string, sinceMs: number | undefined): AsyncGenerator<Uint8Array> {
  // Non-blocking: opening a FIFO without a writer would never return.
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // Just being rotated, or not written yet.
    throw error;
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) {
      // Without a writer it is at its end at once.
      yield* readPipe(handle, { withinMs: endlessMs });
      return;
    }
    const start = sinceMs === undefined ? 0 : await startOf(handle, stats.size, sinceMs - slackMs);
    yield* handle.createReadStream({ start, autoClose: false, highWaterMark: 256 * 1024 });
  } finally {
    await handle.close();
  }
}

/** An offset before which every line is older: the window from the end doubles until its first time is. */
async function startOf(handle: FileHandle, size: number, sinceMs: number): Promise<number> {
  for (let window = firstWindowBytes; window < size; window *= 2) {
    const start = size - window;
    const head = Buffer.alloc(64 * 1024);
    const { bytesRead } = await handle.read(head, 0, head.length, start);
    const lines = head.subarray(0, bytesRead).toString('utf8').split('\n').slice(1, -1);
    const firstMs = lines.map((line) => toRecord(line, 0).timeMs).find((timeMs) => timeMs !== undefined);
    if (firstMs !== undefined && firstMs < sinceMs) return start;
  }
  return 0;
}

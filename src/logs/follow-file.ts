import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { LogFollower, MovedBytes } from './access.ts';

/** Number of bytes kept before the position, to detect a change. */
const fingerprintBytes = 64;
const chunkBytes = 256 * 1024;
const newline = 10;

interface Position {
  device: number;
  inode: number;
  offset: number;
  /** The last bytes before `offset`. */
  before: Buffer;
}

/**
 * Reads a file from where it was left. Once it is moved away to `<file>.1`, what is and comes there is read before the new
 * file, which begins with `rotated`. A file that was truncated or written anew is read from its start; so is one that is shorter, or that has other
 * bytes before the position.
 */
export function followFile(path: string): LogFollower {
  let current: Position | undefined;
  let older: Position | undefined;
  let olderPartMs: number | undefined;

  async function* restOfOlder(
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array | 'rotated' | MovedBytes> {
    olderPartMs = undefined;
    const file = await openLog(`${path}.1`).catch(() => undefined);
    if (!file?.stats.isFile()) {
      await file?.handle.close();
      return;
    }
    try {
      const isMoved = current !== undefined && (await isAt(file, current));
      if (isMoved) {
        older = current;
        current = undefined;
      }
      if (isMoved) yield 'rotated';
      if (older && (await isAt(file, older))) {
        for await (const moved of rest(file.handle, older, signal)) yield { moved };
      } else olderPartMs = file.stats.mtimeMs;
    } finally {
      await file.handle.close();
    }
  }

  return {
    olderPartMs: () => olderPartMs,
    async *next(signal, atMostBytes = Number.POSITIVE_INFINITY) {
      // Opened before the older part is looked for: moved away in between, it is read to its end all the same.
      const file = await openLog(path);
      try {
        if (file && !file.stats.isFile()) {
          yield 'unfollowable';
          return;
        }
        yield* restOfOlder(signal);
        if (current && !(file && (await isAt(file, current)))) {
          current = undefined;
          yield 'restarted';
        }
        if (!file) return;
        const { handle, stats } = file;
        if (!current) {
          const offset = stats.size > atMostBytes ? await lineFrom(handle, stats.size - atMostBytes) : 0;
          current = { device: stats.dev, inode: stats.ino, offset, before: Buffer.alloc(0) };
          if (offset > 0) yield 'shortened';
        }
        yield* rest(handle, current, signal);
      } finally {
        await file?.handle.close();
      }
    },
  };
}

/** Moves the position to the end of the file. */
async function* rest(
  handle: FileHandle,
  position: Position,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for (;;) {
    signal?.throwIfAborted();
    const buffer = Buffer.allocUnsafe(chunkBytes);
    const { bytesRead } = await handle.read(buffer, 0, chunkBytes, position.offset);
    if (bytesRead === 0) return;
    const chunk = buffer.subarray(0, bytesRead);
    position.offset += bytesRead;
    position.before = Buffer.concat([position.before, chunk.subarray(-fingerprintBytes)]).subarray(
      -fingerprintBytes,
    );
    yield chunk;
  }
}

/** The first line that begins behind `offset`, or the end. */
async function lineFrom(handle: FileHandle, offset: number): Promise<number> {
  const window = Buffer.allocUnsafe(chunkBytes);
  for (let at = offset; ; ) {
    const { bytesRead } = await handle.read(window, 0, chunkBytes, at);
    const found = window.subarray(0, bytesRead).indexOf(newline);
    if (found !== -1) return at + found + 1;
    if (bytesRead === 0) return at;
    at += bytesRead;
  }
}

/** Absent: it is just being rotated, or was not written yet. */
async function openLog(path: string): Promise<{ handle: FileHandle; stats: Stats } | undefined> {
  try {
    // Non-blocking: opening a FIFO without a writer would never return.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return { handle, stats: await handle.stat() };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function isAt(
  { handle, stats }: { handle: FileHandle; stats: Stats },
  { device, inode, offset, before }: Position,
): Promise<boolean> {
  if (device !== stats.dev || inode !== stats.ino || stats.size < offset) return false;
  const found = Buffer.alloc(before.length);
  await handle.read(found, 0, found.length, offset - before.length);
  return found.equals(before);
}

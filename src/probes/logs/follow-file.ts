import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { LogFollower } from '../context.ts';

/** What is remembered of the bytes before the position, to see that they are still the same. */
const fingerprintBytes = 64;
const chunkBytes = 256 * 1024;

interface Position {
  device: number;
  inode: number;
  offset: number;
  /** The last bytes before `offset`. */
  before: Buffer;
}

/**
 * Reads a file from where it was left. A file that was moved away, truncated or written anew is read from its start;
 * so is one that is shorter, or that has other bytes before the position.
 */
export function followFile(path: string): LogFollower {
  let position: Position | undefined;
  let olderPartMs: number | undefined;
  return {
    olderPartMs: () => olderPartMs,
    async *next(signal) {
      const older = await stat(`${path}.1`).catch(() => undefined);
      olderPartMs = older?.isFile() ? older.mtimeMs : undefined;
      const handle = await openLog(path);
      if (!handle) {
        if (position) yield 'restarted';
        position = undefined;
        return;
      }
      try {
        const stats = await handle.stat();
        if (!stats.isFile()) {
          yield 'unfollowable';
          return;
        }
        if (position && !(await isAt(handle, position, stats))) {
          position = undefined;
          yield 'restarted';
        }
        position ??= { device: stats.dev, inode: stats.ino, offset: 0, before: Buffer.alloc(0) };
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
      } finally {
        await handle.close();
      }
    },
  };
}

/** Absent: it is just being rotated, or was not written yet. */
async function openLog(path: string): Promise<FileHandle | undefined> {
  try {
    // Non-blocking: opening a FIFO that nobody writes to would wait for ever.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function isAt(
  handle: FileHandle,
  { device, inode, offset, before }: Position,
  now: Stats,
): Promise<boolean> {
  if (device !== now.dev || inode !== now.ino || now.size < offset) return false;
  const found = Buffer.alloc(before.length);
  await handle.read(found, 0, found.length, offset - before.length);
  return found.equals(before);
}

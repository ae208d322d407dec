import { type FileHandle, open } from 'node:fs/promises';
import { codeOf } from '../base/errors.ts';
import { caughtUp } from './access.ts';

/** Longer lines are cut, so that memory stays bounded. */
const maxLineBytes = 1024 * 1024;
const chunkBytes = 64 * 1024;
const newline = 0x0a;

export interface FollowOptions {
  follow: boolean;
  /** Where to begin; default: the beginning. */
  from?: number;
  signal: AbortSignal;
}

/**
 * Lines of a growing file, with `caughtUp` where its end is reached for the first time. Follows it through truncation
 * and replacement; ends there unless `follow`.
 */
export async function* followLines(
  file: string,
  { follow, from = 0, signal }: FollowOptions,
): AsyncGenerator<string | typeof caughtUp> {
  let handle: FileHandle | undefined;
  let offset = from;
  let rest: Buffer = Buffer.alloc(0);
  const chunk = Buffer.alloc(chunkBytes);
  let isCaughtUp = false;
  try {
    while (!signal.aborted) {
      handle ??= await openIfThere(file);
      const { bytesRead } = handle ? await handle.read(chunk, 0, chunkBytes, offset) : { bytesRead: 0 };
      if (bytesRead > 0) {
        offset += bytesRead;
        rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
        let start = 0;
        for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline, start)) {
          yield rest.toString('utf8', start, Math.min(end, start + maxLineBytes));
          start = end + 1;
        }
        // Of a line without end only the beginning is kept.
        rest = Buffer.from(rest.subarray(start, start + maxLineBytes));
        continue;
      }
      if (!follow) break;
      if (!isCaughtUp) yield caughtUp;
      isCaughtUp = true;
      if (handle && (await wasReplaced(handle, file, offset))) {
        await handle.close();
        handle = undefined;
        offset = 0;
        continue;
      }
      await pauseUnlessAborted(100, signal);
    }
    if (rest.length > 0 && !signal.aborted) yield rest.toString('utf8');
  } finally {
    await handle?.close();
  }
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether the path leads to another file by now, or this one has become shorter than what was read. */
async function wasReplaced(handle: FileHandle, file: string, offset: number): Promise<boolean> {
  const mine = await handle.stat();
  if (mine.size < offset) return true;
  const there = await openIfThere(file);
  if (!there) return false;
  try {
    return (await there.stat()).ino !== mine.ino;
  } finally {
    await there.close();
  }
}

function pauseUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

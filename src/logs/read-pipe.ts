import type { FileHandle } from 'node:fs/promises';
import { pause } from '../base/await-until.ts';

const readBytes = 64 * 1024;
const retryMs = 10;

/**
 * Reads a FIFO or a device that was opened with `O_NONBLOCK`: a blocking read would hold a thread, and prevent the process
 * from exiting, until data is written. Ends when the last writer closes it, and at `withinMs`.
 */
export async function* readPipe(
  handle: FileHandle,
  {
    signal,
    withinMs = Number.POSITIVE_INFINITY,
    waitForWriter = false,
  }: {
    signal?: AbortSignal | undefined;
    withinMs?: number;
    /** Without a writer it is at its end at once; default: that is the end. */
    waitForWriter?: boolean;
  } = {},
): AsyncGenerator<Uint8Array> {
  const until = performance.now() + withinMs;
  let waiting = waitForWriter;
  while (performance.now() < until) {
    signal?.throwIfAborted();
    const buffer = Buffer.alloc(readBytes);
    const bytesRead = await readOnce(handle, buffer);
    if (bytesRead) {
      waiting = false;
      yield buffer.subarray(0, bytesRead);
    } else if (bytesRead === 0 && !waiting) return;
    else {
      // A writer that has written nothing yet is one.
      if (bytesRead === undefined) waiting = false;
      await pause(retryMs, signal);
    }
  }
}

/** `undefined`: nothing is there now. */
async function readOnce(handle: FileHandle, buffer: Buffer): Promise<number | undefined> {
  try {
    return (await handle.read(buffer, 0, buffer.length, null)).bytesRead;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
}

export interface ByteRange {
  start: number;
  /** Exclusive. */
  end: number;
}

interface Readable {
  read(buffer: Uint8Array, offset: number, length: number, at: number): Promise<{ bytesRead: number }>;
}

const rangeBytes = 32 * 1024 * 1024;
const windowBytes = 64 * 1024;
/** Limit for a printed span; a longer record is cut at the next line. */
const longestBlockBytes = 512 * 1024;

/**
 * Cuts a log, or the last bytes of it, into parts of about 32 MiB that begin where a record begins, so that each can be
 * judged alone.
 */
export async function cutIntoRanges(
  file: Readable,
  size: number,
  { bytes = rangeBytes, lastBytes = size } = {},
): Promise<ByteRange[]> {
  const ranges: ByteRange[] = [];
  for (let start = lastBytes < size ? await nextRecord(file, size - lastBytes, size) : 0; start < size; ) {
    const wanted = start + bytes;
    const end = wanted >= size ? size : await nextRecord(file, wanted, size);
    ranges.push({ start, end });
    start = end;
  }
  return ranges;
}

/** The first line from `from` on that is at the margin and closes no block. */
async function nextRecord(file: Readable, from: number, size: number): Promise<number> {
  const window = Buffer.alloc(windowBytes);
  let afterNewline = false;
  let firstLine = -1;
  for (let at = from - 1; at < size; ) {
    const { bytesRead } = await file.read(window, 0, windowBytes, at);
    if (bytesRead === 0) break;
    for (let index = 0; index < bytesRead; index++) {
      const byte = window[index]!;
      if (afterNewline) {
        const line = at + index;
        if (firstLine === -1) firstLine = line;
        if (byte !== 32 && byte !== 9 && byte !== 125 && byte !== 10 && byte !== 13) return line;
        if (line - firstLine > longestBlockBytes) return line;
        afterNewline = false;
      }
      if (byte === 10) afterNewline = true;
      else if (!afterNewline) {
        const next = window.subarray(0, bytesRead).indexOf(10, index);
        index = (next === -1 ? bytesRead : next) - 1;
      }
    }
    at += bytesRead;
  }
  return size;
}

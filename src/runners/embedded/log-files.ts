import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { logFile } from '../state.ts';

export function fileSize(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}

/** The last lines of a file, of what was written after `from`. */
export function lastLines(file: string, count: number, from = 0): string[] {
  if (!existsSync(file) || count <= 0) return [];
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const start = Math.max(from > size ? 0 : from, size - 256 * 1024);
    const bytes = Buffer.alloc(size - start);
    readSync(descriptor, bytes, 0, bytes.length, start);
    const lines = bytes.toString('utf8').split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines.slice(-count);
  } finally {
    closeSync(descriptor);
  }
}

/** A new run starts a new log; the one before is kept as `<service>.log.1`. */
export function rotateLog(root: string, service: string): void {
  const file = logFile(root, service);
  if (fileSize(file) > 0) renameSync(file, `${file}.1`);
}

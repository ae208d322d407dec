import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from './errors.ts';

/**
 * Makes a folder and those above it. Unlike `mkdir` with `recursive`, which tries for ever where a file system denies
 * that a folder exists in which it refuses to make one (`/proc/x`), it tries each once.
 */
export async function makeFolder(folder: string): Promise<void> {
  const isThere = (error: unknown) => codeOf(error) === 'EEXIST';
  try {
    await mkdir(folder);
  } catch (error) {
    if (isThere(error)) return;
    if (codeOf(error) !== 'ENOENT' || path.dirname(folder) === folder) throw error;
    await makeFolder(path.dirname(folder));
    await mkdir(folder).catch((again: unknown) => {
      if (!isThere(again)) throw again;
    });
  }
}

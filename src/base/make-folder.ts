import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from './errors.ts';

/**
 * Creates a folder and its parents. Tries each once, unlike `mkdir` with `recursive`, which never ends on a file system
 * that refuses to create a folder and reports its parent as missing (`/proc/x`).
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

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import v8 from 'node:v8';
import { brotliDecompress } from 'node:zlib';
import { distFolder } from '../base/package-root.ts';

/** Name of the database in the prepared folder. */
export const preparedDatabase = 'meatymusic';

/** The files of a database folder by their relative path; `null` is a folder. */
export type FolderContents = Record<string, Buffer | null>;

/**
 * Returns the file with a new database folder, which the build makes because initdb takes 4 to 5 s in WebAssembly. It
 * carries the exact version of PGlite: another version may not read the folder.
 */
export function preparedFile(dist: string = distFolder): string {
  const { resolve } = createRequire(import.meta.url);
  const manifest = path.join(path.dirname(resolve('@electric-sql/pglite')), '../package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
  return path.join(dist, `database-${version}.br`);
}

/** Larger than the contents, so that they are not put together from parts: with parts of 16 KiB, the default, that is half of the time. */
const chunkSize = 64 * 1024 * 1024;

/** Writes the contents of a prepared file to `folder`, which must not exist. Decompresses beside this thread. */
export async function unpackPreparedFolder(file: string, folder: string): Promise<void> {
  const bytes = await promisify(brotliDecompress)(readFileSync(file), { chunkSize });
  const contents: FolderContents = v8.deserialize(bytes);
  mkdirSync(folder, { mode: 0o700, recursive: true });
  for (const [name, content] of Object.entries(contents)) {
    const target = path.join(folder, name);
    if (content) writeFileSync(target, content, { mode: 0o600 });
    else mkdirSync(target, { mode: 0o700 });
  }
}

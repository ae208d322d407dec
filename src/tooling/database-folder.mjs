/** Makes the database folder that the embedded stack starts with: src/pglite/prepared-folder.ts unpacks it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import v8 from 'node:v8';
import { brotliCompressSync, constants } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';

/** Writes the folder of a new database `name` to `file`. */
export async function writeDatabaseFolder(file, name) {
  const parent = mkdtempSync(path.join(tmpdir(), 'meatymusic-build-'));
  const folder = path.join(parent, 'data');
  try {
    const database = await PGlite.create({ dataDir: folder });
    await database.exec(`create database ${name}`);
    await database.close();
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
      const full = path.join(entry.parentPath, entry.name);
      return [path.relative(folder, full), entry.isDirectory() ? null : readFileSync(full)];
    });
    // Folders come before what is in them.
    const contents = Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
    // The window of 16 MB sees that the databases are copies of each other.
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 };
    writeFileSync(file, brotliCompressSync(v8.serialize(contents), { params }));
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

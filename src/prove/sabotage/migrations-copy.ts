import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { MigrationsProbe } from '../../check/probes.ts';
import type { MigrationsAccess } from '../../probes/context.ts';

/**
 * The migrations as they would be judged if these files were in their folder, in place of what has their names. In a copy:
 * the folder itself is the user's own work.
 */
export async function sabotageMigrations(
  migrations: MigrationsAccess,
  files: Readonly<Record<string, string>>,
): Promise<{ migrations: MigrationsProbe; remove(): Promise<void> }> {
  const { folder } = await migrations.state();
  const copy = await mkdtemp(path.join(tmpdir(), 'meatymusic-migrations-'));
  const remove = () => rm(copy, { recursive: true, force: true });
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isFile()) await copyFile(path.join(folder, entry.name), path.join(copy, entry.name));
    }
    for (const [name, text] of Object.entries(files))
      await writeFile(path.join(copy, path.basename(name)), text);
  } catch (error) {
    await remove();
    throw error;
  }
  return { migrations: migrations.inFolder(copy), remove };
}

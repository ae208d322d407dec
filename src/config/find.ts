import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

export const configFileNames = ['ts', 'mts', 'js', 'mjs', 'json', 'yaml', 'yml'].map(
  (extension) => `meatymusic.config.${extension}`,
);

/** The configuration files of the nearest folder, upwards, that has any. More than one is for the caller to refuse. */
export function findConfigFiles(cwd: string): string[] {
  for (const folder of upwards(cwd)) {
    const names = new Set(entriesOf(folder));
    const found = configFileNames.filter((name) => names.has(name));
    if (found.length > 0) return found.map((name) => path.join(folder, name));
  }
  return [];
}

/** Where there is no configuration file: the nearest folder with a package.json or .git, else the folder itself. */
export function findProjectRoot(cwd: string): string {
  for (const folder of upwards(cwd)) {
    if (existsSync(path.join(folder, 'package.json')) || existsSync(path.join(folder, '.git'))) return folder;
  }
  return cwd;
}

function* upwards(folder: string): Generator<string> {
  for (let at = folder; ; at = path.dirname(at)) {
    yield at;
    if (at === path.dirname(at)) return;
  }
}

/** A folder above that may not be listed has no configuration for us. */
function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { type Trust, trustFrom } from '../base/trust.ts';

export const configFileNames = ['ts', 'mts', 'js', 'mjs', 'json', 'yaml', 'yml'].map(
  (extension) => `meatymusic.config.${extension}`,
);

/** Folders that hold the history of a repository: what is above one is another project. */
const repositoryNames = ['.git', '.hg'];

/** The folders that a configuration is looked for in, from the working folder upwards. */
export interface Search {
  /** The configuration files of the nearest folder that has any. More than one is for the caller to refuse. */
  files: string[];
  /** The folder of the configuration file, else the nearest with a package.json or a repository, else the working folder. */
  root: string;
  trust: Trust;
  /** Why no folder above the last one was searched: "/tmp can be written by other users". */
  end: string;
  /** Configuration files that were not taken, in the folder before which the search ended. */
  passedOver: string[];
}

/**
 * Searches upwards as far as no other user can have planted what is found: up to the root of the repository or the home
 * folder, and to before a folder that other users can write to or that belongs to another user.
 */
export function searchUpwards(cwd: string, home = homedir()): Search {
  const trust = trustFrom(cwd);
  const folders: string[] = [];
  for (let at = cwd; ; at = path.dirname(at)) {
    const reason = at === cwd ? undefined : trust.folder(at);
    if (reason) {
      return { ...choose(folders), trust, end: `${at} ${reason}`, passedOver: configFilesIn(at) };
    }
    folders.push(at);
    const end = endAt(at, home);
    if (end) return { ...choose(folders), trust, end: `${at} is ${end}`, passedOver: [] };
  }
}

function endAt(folder: string, home: string): string | undefined {
  if (isRepository(folder)) return 'the root of the repository';
  if (folder === home) return 'the home folder';
  return folder === path.dirname(folder) ? 'the top' : undefined;
}

function choose(folders: readonly string[]): Pick<Search, 'files' | 'root'> {
  for (const folder of folders) {
    const files = configFilesIn(folder);
    if (files.length > 0) return { files, root: folder };
  }
  const isProject = (folder: string) => existsSync(path.join(folder, 'package.json')) || isRepository(folder);
  return { files: [], root: folders.find(isProject) ?? (folders[0] as string) };
}

function isRepository(folder: string): boolean {
  return repositoryNames.some((name) => existsSync(path.join(folder, name)));
}

/** A folder above that cannot be listed has no configuration. */
function configFilesIn(folder: string): string[] {
  try {
    const names = new Set(readdirSync(folder));
    return configFileNames.filter((name) => names.has(name)).map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}

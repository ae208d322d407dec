import { existsSync, realpathSync, statSync } from 'node:fs';

/** Identity of a folder: the same through every link and after a move, different for a copy. */
export interface FolderIdentity {
  /** Path without symbolic links. */
  path: string;
  dev: number;
  ino: number;
  /** Paths before the folder was moved. */
  formerly?: string[];
}

/** Returns the path without symbolic links, or the path itself if it does not exist. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

export function identifyFolder(folder: string): FolderIdentity {
  const { dev, ino } = statSync(folder);
  return { path: realPath(folder), dev, ino };
}

/** Returns true if the recorded folder is the one at this path now. False for an invalid record. */
export function isSameFolder(recorded: FolderIdentity | undefined, folder: string): boolean {
  if (typeof recorded?.path !== 'string' || !existsSync(folder)) return false;
  const { path, dev, ino } = identifyFolder(folder);
  return recorded.path === path || (recorded.dev === dev && recorded.ino === ino);
}

import { existsSync, realpathSync, statSync } from 'node:fs';

/** A folder, recognised by whichever link it is reached and after it was moved, and distinguished from a copy. */
export interface FolderIdentity {
  /** Without symbolic links. */
  path: string;
  dev: number;
  ino: number;
  /** Where it was before it was moved. */
  formerly?: string[];
}

/** The path without symbolic links; the path itself where nothing is there. */
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

/** Whether what was recorded is the folder that is there now. False for anything that is no record. */
export function isSameFolder(recorded: FolderIdentity | undefined, folder: string): boolean {
  if (typeof recorded?.path !== 'string' || !existsSync(folder)) return false;
  const { path, dev, ino } = identifyFolder(folder);
  return recorded.path === path || (recorded.dev === dev && recorded.ino === ino);
}

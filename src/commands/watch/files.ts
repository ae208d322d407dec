import { type Dirent, readdirSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';

/** The files below watched paths, each with what changes when it is written. */
export type Snapshot = ReadonlyMap<string, string>;

/** Folders that no one writes by hand. */
const leftOut = new Set(['node_modules', '.git', '.meatymusic']);
/** Beyond it a folder is more than checks and migrations; what is there is not watched. */
const mostFiles = 5000;

/**
 * Reads the state of files and folders; what is missing has none. Reads, because `fs.watch` of Node.js 20 loses a file
 * that an editor replaces, and reports nothing of a network folder or a mounted one.
 */
export function snapshotOf(paths: readonly string[]): Snapshot {
  const seen = new Map<string, string>();
  for (const each of paths) read(each, seen);
  return seen;
}

/** Returns the paths that differ, also those that came or went. */
export function changedFiles(before: Snapshot, after: Snapshot): string[] {
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all].filter((file) => before.get(file) !== after.get(file)).sort();
}

function read(at: string, seen: Map<string, string>): void {
  if (seen.size >= mostFiles) return;
  const stats = statsOf(at);
  if (!stats) return;
  if (!stats.isDirectory()) {
    seen.set(at, `${stats.mtimeMs} ${stats.size} ${stats.ino}`);
    return;
  }
  for (const entry of entriesOf(at)) {
    const child = path.join(at, entry.name);
    // A link to a folder could lead around in a circle.
    const leadsAway = entry.isSymbolicLink() && statsOf(child)?.isDirectory() !== false;
    if (!leftOut.has(entry.name) && !leadsAway) read(child, seen);
  }
}

/** A folder that cannot be read, or that went away meanwhile, has no files. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** `undefined`: it is missing, or in a folder that cannot be read. */
function statsOf(at: string): Stats | undefined {
  try {
    return statSync(at, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

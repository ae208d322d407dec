import { lstatSync, type Stats, statSync } from 'node:fs';
import { isPrivateGroup } from './private-group.ts';

/** Decides which files are read and run without being named by the user. A reason against one completes "<path> …". */
export interface Trust {
  folder(folder: string): string | undefined;
  /** Returns true if other users can write to the folder. */
  isOpen(folder: string): boolean;
  file(file: string): string | undefined;
}

/**
 * Trusts this user, root, and the owner of the folder that the search starts in: to work in a folder is to trust its
 * owner, and a container runs as root in a folder of another user. Where the system has no users, everything is trusted.
 */
export function trustFrom(start: string): Trust {
  const self = process.geteuid?.();
  if (self === undefined) return { folder: () => undefined, isOpen: () => false, file: () => undefined };
  const trusted = new Set([self, 0, factsOf(start)?.uid ?? self]);
  const againstOwner = ({ uid }: Stats) => (trusted.has(uid) ? undefined : `belongs to user ${uid}`);
  return {
    isOpen(folder) {
      const facts = factsOf(folder);
      return facts !== undefined && isOpenToOthers(facts);
    },
    folder(folder) {
      const facts = factsOf(folder);
      if (!facts) return 'cannot be read';
      return againstOwner(facts) ?? (isOpenToOthers(facts) ? 'can be written by other users' : undefined);
    },
    file(file) {
      // Both the link and its target can be planted.
      for (const facts of [factsOf(file, lstatSync), factsOf(file)]) {
        const reason = facts && againstOwner(facts);
        if (reason) return reason;
      }
      return undefined;
    },
  };
}

function isOpenToOthers({ mode, gid, uid }: Stats): boolean {
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && !isPrivateGroup(gid, uid));
}

function factsOf(path: string, stat: typeof statSync | typeof lstatSync = statSync): Stats | undefined {
  try {
    return stat(path) as Stats;
  } catch {
    return undefined;
  }
}

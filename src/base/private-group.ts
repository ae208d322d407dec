import { readFileSync } from 'node:fs';

/**
 * Whether a group is the owner's alone, as where each user has a group of the same name: then its permission to write
 * gives nobody else anything. Root's group counts as one. Groups of a directory service are not seen, and are not private.
 */
export function isPrivateGroup(gid: number, owner: number): boolean {
  if (gid === 0) return true;
  const group = linesOf('/etc/group').find(([, , id]) => Number(id) === gid);
  // In a container the owner of a mounted folder is unknown; such groups have the number of their user.
  if (!group) return gid === owner;
  const users = linesOf('/etc/passwd');
  const members = (group[3] ?? '').split(',').filter(Boolean);
  const names = users.filter(([, , , primary]) => Number(primary) === gid).map(([name]) => name);
  const ownName = users.find(([, , id]) => Number(id) === owner)?.[0];
  return [...members, ...names].every((name) => name === ownName);
}

function linesOf(file: string): string[][] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
}

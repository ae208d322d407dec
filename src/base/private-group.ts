import { readFileSync } from 'node:fs';

/**
 * Returns true if the owner is the only member of a group, so that its write permission admits no other user. True for
 * the group of root. False for groups of a directory service, whose members are unknown.
 */
export function isPrivateGroup(gid: number, owner: number): boolean {
  if (gid === 0) return true;
  const group = linesOf('/etc/group').find(([, , id]) => Number(id) === gid);
  // In a container the owner of a mounted folder is unknown; a private group then has the ID of its user.
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

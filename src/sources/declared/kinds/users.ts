import { described, v } from '../../../base/schema.ts';
import { attempt, fact } from '../../../check/exchange.ts';
import type { FileProbe } from '../../../check/probes.ts';
import { defineKind } from '../kind.ts';

const maxBytes = 16 * 1024 * 1024;

/** The lines of `/etc/passwd` or `/etc/group`, each cut at its colons. */
async function table(file: FileProbe, path: string): Promise<string[][]> {
  const { text } = await file.read({ path, maxBytes });
  return text.split('\n').map((line) => line.split(':'));
}

export const userKind = defineKind({
  name: 'user',
  about: 'A user of this machine, as `/etc/passwd` has it',
  needs: ['file'],
  target: { username: described(v.string(), 'Name') },
  attributes: {
    exists: 'Whether there is one',
    uid: 'Number',
    gid: 'Number of its own group',
    groups: 'Names of its groups',
    home: 'Home folder',
    shell: 'Login shell',
  },
  presence: 'exists',
  title: ({ username }) => `user ${username}`,
  async observe({ target: { username }, probes: { file } }) {
    const { value, failure } = await attempt(
      Promise.all([table(file, '/etc/passwd'), table(file, '/etc/group')]),
    );
    const examined = { count: 1, what: 'table of users' };
    if (failure) return { attributes: {}, examined, evidence: [fact(username, failure.message)], failure };
    const [users, groups] = value;
    const found = users.find(([name]) => name === username);
    if (!found)
      return { attributes: { exists: false }, examined, evidence: [fact(username, 'there is no such user')] };
    const [, , uid, gid = '', , home, shell] = found;
    return {
      attributes: {
        exists: true,
        uid: Number(uid),
        gid: Number(gid),
        groups: groups
          .filter(([, , number, members]) => number === gid || members?.split(',').includes(username))
          .map(([name]) => name),
        home,
        shell,
      },
      examined,
      evidence: [fact(username, `${uid}:${gid}, home ${home}, shell ${shell}`)],
    };
  },
});

export const groupKind = defineKind({
  name: 'group',
  about: 'A group of this machine, as `/etc/group` has it',
  needs: ['file'],
  target: { groupname: described(v.string(), 'Name') },
  attributes: { exists: 'Whether there is one', gid: 'Number', members: 'Names of its members' },
  presence: 'exists',
  title: ({ groupname }) => `group ${groupname}`,
  async observe({ target: { groupname }, probes: { file } }) {
    const { value, failure } = await attempt(table(file, '/etc/group'));
    const examined = { count: 1, what: 'table of groups' };
    if (failure) return { attributes: {}, examined, evidence: [fact(groupname, failure.message)], failure };
    const found = value.find(([name]) => name === groupname);
    if (!found)
      return {
        attributes: { exists: false },
        examined,
        evidence: [fact(groupname, 'there is no such group')],
      };
    const members = found[3]?.split(',').filter((name) => name !== '') ?? [];
    return {
      attributes: { exists: true, gid: Number(found[2]), members },
      examined,
      evidence: [fact(groupname, `${found[2]}: ${members.join(', ')}`)],
    };
  },
});

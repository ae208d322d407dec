/** What the catalogue alone proves about tenancy: roles above the policies, tables without them, stored settings. Pure. */
import type { Tenancy, TenancyRole } from './tenant-catalogue.ts';
import { nameOf, type Reach, reaches, type Subject } from './tenant-reach.ts';
import { qualified, quote } from './tenant-sql.ts';

/** Returns why the policies do not bind the role of the application or one that it may become. */
export function findRlsBypass(tenancy: Tenancy, { subjects }: Reach): string[] {
  const own = tenancy.roles[0]?.name ?? '';
  return tenancy.roles.flatMap((role) => {
    const who = role.name === own ? own : `${own} may become ${role.name} (SET ROLE), and ${role.name}`;
    return [...powersOf(role), ...ownedBy(tenancy, subjects, role.name)].map((power) => `${who} ${power}`);
  });
}

function powersOf(role: TenancyRole): string[] {
  if (role.superuser) return ['is a superuser: policies are not applied to it'];
  return [
    ...(role.bypasses ? ['has BYPASSRLS: policies are not applied to it'] : []),
    ...(role.replication ? ['has REPLICATION: it can read the write-ahead log'] : []),
    ...(role.grantsRoles
      ? ['has CREATEROLE: before PostgreSQL 16 it can make itself a member of any role']
      : []),
    ...(role.serverAccess
      ? [`is a member of ${role.serverAccess}: it can read or write files of the server`]
      : []),
  ];
}

function ownedBy({ functions }: Tenancy, subjects: readonly Subject[], role: string): string[] {
  const owned = subjects.filter(({ relation }) => relation.ownedBy.includes(role));
  const schemas = subjects
    .filter((subject) => !owned.includes(subject) && subject.relation.privileges[role]?.includes('o'))
    .map(({ relation }) => relation.schema);
  const policies = functions.filter((each) => each.inPolicy && each.ownedBy.includes(role));
  const list = (names: string[]) => [...new Set(names)].join(', ');
  return [
    ...(owned.length > 0
      ? [`owns ${list(owned.map(({ relation }) => nameOf(relation)))}: an owner can switch policies off`]
      : []),
    ...(schemas.length > 0 ? [`owns the schema ${list(schemas)}: it can drop its tables`] : []),
    ...(policies.length > 0
      ? [`owns ${list(policies.map(nameOf))}, which policies call: it can replace it`]
      : []),
  ];
}

/** Returns the tables without policies in which a role of the application reads or changes rows. */
export function findUnprotected(
  { roles }: Tenancy,
  { subjects }: Reach,
  required: readonly string[],
): string[] {
  return subjects
    .filter(({ relation }) => roles.some(({ name }) => reachesRows(relation, name)))
    .filter(
      ({ relation }) =>
        !relation.enabled || (relation.policies.length === 0 && required.includes(relation.name)),
    )
    .map(({ relation }) => nameOf(relation));
}

/** Returns the tables whose policies are not applied to their owner. */
export function findUnforced({ roles }: Tenancy, { subjects }: Reach): string[] {
  return subjects
    .filter(
      ({ relation }) =>
        relation.enabled && !relation.forced && roles.some(({ name }) => reachesRows(relation, name)),
    )
    .map(({ relation }) => nameOf(relation));
}

function reachesRows(relation: Subject['relation'], role: string): boolean {
  const privileges = relation.privileges[role] ?? '';
  return (
    reaches(relation, role) &&
    (privileges.includes('d') || relation.columns.some((column) => column.privileges[role]))
  );
}

/** Functions whose arguments leave them before a policy is applied: LEAKPROOF, and they raise or write. */
export function findLeakyFunctions({ functions }: Tenancy): string[] {
  return functions
    .filter(
      ({ leakproof, callableBy, language }) =>
        leakproof && callableBy.length > 0 && /^(sql|pl\w+)$/.test(language),
    )
    .filter(({ source }) => /\b(raise|insert|update|notify|dblink\w*|set_config|perform)\b/i.test(source))
    .map((each) => `${nameOf(each)}(${each.identity})`);
}

/** Returns the settings that the policies of a table, and the functions that they call, read; without the expected one. */
export function otherSetting(
  { functions }: Tenancy,
  { subjects }: Reach,
  table: string,
  setting: string,
): string | undefined {
  const policies = subjects
    .filter(({ relation }) => nameOf(relation) === table)
    .flatMap(({ relation }) => relation.policies);
  const called = functions.filter(
    ({ inPolicy, name }) => inPolicy && policies.some((text) => text.includes(name)),
  );
  const read = [...policies, ...called.map(({ source }) => source)].flatMap((text) =>
    [...text.matchAll(/current_setting\(\s*'([^']+)'/gi)].map((match) => match[1]!),
  );
  return read.length > 0 && !read.includes(setting) ? [...new Set(read)].join(', ') : undefined;
}

/** Returns the stored values of the setting of the tenant that every new connection has. */
export function storedTenant({ stored }: Tenancy, setting: string): string | undefined {
  const found = stored.find((each) => each.setting === setting && each.value !== '');
  return found && `${setting} is stored for ${found.role ?? 'every role'}`;
}

/** Returns a query for tenants that exist and the number of tables in which each has rows, the most first. */
export function existingTenantsQuery({ root, subjects }: Reach): string | undefined {
  const direct = subjects.filter(({ parent, isRoot }) => !parent && !isRoot);
  const parts = direct.map(
    ({ relation, owner }) =>
      `select distinct ${quote(owner.name)}::text as tenant from (select ${quote(owner.name)} from ${qualified(relation)} where ${quote(owner.name)} is not null limit 500) x`,
  );
  const all = root
    ? [
        ...parts,
        `select ${quote(root.owner.name)}::text as tenant from (select ${quote(root.owner.name)} from ${qualified(root.relation)} limit 200) x`,
      ]
    : parts;
  if (all.length === 0) return undefined;
  const known = root
    ? ` where exists (select from ${qualified(root.relation)} r where r.${quote(root.owner.name)}::text = t.tenant)`
    : '';
  return `select tenant, count(*)::int as tables from (${all.join(' union all ')}) t${known} group by 1 order by 2 desc, 1 limit 2`;
}

/** Returns a tenant that does not exist, of the type of the column; `undefined` where none can be made up. */
export function inventTenant({ owner }: Subject, uuid: string, mark: 'a' | 'b'): string | undefined {
  const offset = mark === 'a' ? 1 : 2;
  if (owner.type === 'uuid') return `${uuid.slice(0, -2)}${mark}0`;
  if (owner.type === 'smallint') return String(32_000 + offset);
  if (owner.category === 'N') return String(1_987_654_320 + offset);
  if (owner.category !== 'S' && owner.type !== 'citext') return undefined;
  const text = `meatymusic-${mark}-${uuid.replaceAll('-', '')}`;
  const { length } = owner;
  if (length === null || text.length <= length) return text;
  return `${mark}${uuid.replaceAll('-', '').slice(-(length - 1))}`.slice(0, length);
}

/** Returns the value of the setting for a tenant: `{tenant}` in the form is replaced. */
export function settingFor(form: string, tenant: string): string {
  return form.replaceAll(
    '{tenant}',
    form.trimStart().startsWith('{') && form !== '{tenant}' ? JSON.stringify(tenant).slice(1, -1) : tenant,
  );
}

/** What the roles of the application can reach of the rows of tenants, from the catalogue. Pure. */
import type { Tenancy, TenancyColumn, TenancyKey, TenancyRelation } from './tenant-catalogue.ts';
import { arrayOf, literal, qualified, quote } from './tenant-sql.ts';

export interface TenancyNames {
  schema: string;
  /** Table of the tenants; the stack may have none. */
  tenants: string;
  users: string;
  preferences: string | false;
  tenantColumn: string;
  userColumn: string;
  /** Relations and functions that cross tenants on purpose. */
  trusted: readonly string[];
}

/** A relation with a column that names the tenant of each row, or a row of another subject that does. */
export interface Subject {
  relation: TenancyRelation;
  owner: TenancyColumn;
  /** Absent: `owner` names the tenant itself. */
  parent?: { subject: Subject; column: string };
  isRoot: boolean;
}

export interface Reach {
  root?: Subject;
  /** Tables, parents before their children. */
  subjects: Subject[];
  /** Views and relations with rules or triggers that read or write subjects, and that a role of the application may use. */
  derived: { relation: TenancyRelation; bases: Subject[]; owner?: TenancyColumn }[];
  /** What is not judged, and why. */
  notes: string[];
}

const isTable = ({ kind }: TenancyRelation) => kind === 'r' || kind === 'p';
export const nameOf = ({ schema, name }: { schema: string; name: string }) =>
  schema === 'public' ? name : `${schema}.${name}`;
export const isTrusted = (each: { schema: string; name: string }, trusted: readonly string[]) =>
  trusted.includes(each.name) || trusted.includes(`${each.schema}.${each.name}`);

export function columnOf(relation: TenancyRelation, name: string | undefined): TenancyColumn | undefined {
  return relation.columns.find((column) => column.name === name);
}

/** True if the role has a privilege by which it reads or changes rows. */
export function reaches(relation: TenancyRelation, role: string): boolean {
  const privileges = relation.privileges[role] ?? '';
  return (
    privileges.includes('u') &&
    (/[dTrt]/.test(privileges) || relation.columns.some((column) => column.privileges[role]))
  );
}

export function findReach(tenancy: Tenancy, names: TenancyNames): Reach {
  const tables = tenancy.relations.filter((each) => isTable(each) && !isTrusted(each, names.trusted));
  const subjects = new Map<number, Subject>();
  const root = findRoot(tenancy, tables, names);
  if (root) subjects.set(root.relation.oid, root);
  for (const relation of tables) {
    if (subjects.has(relation.oid)) continue;
    const toRoot = tenancy.keys
      .filter(({ child, parent }) => child === relation.oid && parent === root?.relation.oid)
      .map(({ columns, referenced }) => columns[referenced.indexOf(root?.owner.name ?? '')]);
    const owner =
      columnOf(relation, names.tenantColumn) ??
      toRoot
        .map((name) => columnOf(relation, name))
        .toSorted((a, b) => Number(b?.required ?? false) - Number(a?.required ?? false))[0];
    if (owner) subjects.set(relation.oid, { relation, owner, isRoot: false });
  }
  const notes = new Set<string>();
  for (let grew = true; grew; ) {
    grew = false;
    for (const relation of tables.filter(({ oid }) => !subjects.has(oid))) {
      const link = findLink(tenancy, relation, subjects, names);
      const parent = link && subjects.get(link.parent.oid);
      if (!link || !parent) continue;
      subjects.set(relation.oid, {
        relation,
        owner: link.owner,
        parent: { subject: parent, column: link.column },
        isRoot: false,
      });
      grew = true;
    }
  }
  const reached = (relation: TenancyRelation) => tenancy.roles.some(({ name }) => reaches(relation, name));
  for (const relation of tables.filter((each) => !subjects.has(each.oid) && reached(each))) {
    const loose = tenancy.keys.some(({ child, parent }) => child === relation.oid && subjects.has(parent));
    if (relation.enabled)
      notes.add(`${nameOf(relation)}: has policies, and no column that leads to a tenant`);
    else if (loose) notes.add(`${nameOf(relation)}: refers to rows of tenants by a column that may be null`);
  }
  const ordered = inOrder([...subjects.values()], tenancy.keys);
  return {
    ...(root ? { root } : {}),
    subjects: ordered,
    derived: findDerived(tenancy, subjects, names).filter(({ relation }) => reached(relation)),
    notes: [...notes],
  };
}

function findRoot(
  { keys, relations }: Tenancy,
  tables: TenancyRelation[],
  names: TenancyNames,
): Subject | undefined {
  const named = tables.find(({ schema, name }) => schema === names.schema && name === names.tenants);
  // A foreign key of the tenant column leads to the table of the tenants, whatever its name.
  const referenced = keys.find(({ child, columns }) => {
    const relation = relations.find(({ oid }) => oid === child);
    return columns.length === 1 && columns[0] === names.tenantColumn && relation && !relation.partition;
  });
  const relation = named ?? tables.find(({ oid }) => oid === referenced?.parent);
  if (!relation) return undefined;
  const key = relation.oid === referenced?.parent ? referenced.referenced[0] : undefined;
  const owner = columnOf(
    relation,
    key ?? (relation.primary.length === 1 ? relation.primary[0] : undefined) ?? 'id',
  );
  return owner && { relation, owner, isRoot: true };
}

/** Returns the column by which the rows of a table belong to those of a subject. */
function findLink(
  { keys, relations }: Tenancy,
  relation: TenancyRelation,
  subjects: ReadonlyMap<number, Subject>,
  names: TenancyNames,
): { owner: TenancyColumn; parent: TenancyRelation; column: string } | undefined {
  const isNamed = relation.name === names.preferences;
  const candidates = keys
    .filter(({ child, parent }) => child === relation.oid && parent !== relation.oid && subjects.has(parent))
    .flatMap(({ parent, columns, referenced, cascades }) => {
      const owner = columnOf(relation, columns.at(-1));
      const of = subjects.get(parent)!.relation;
      const belongs = owner && (owner.required || cascades || relation.enabled || isNamed);
      return belongs ? [{ owner, parent: of, column: referenced.at(-1)! }] : [];
    })
    .toSorted((a, b) => rank(b) - rank(a));
  function rank({ owner, parent }: (typeof candidates)[number]) {
    return (parent.partition ? 0 : 4) + (owner.name === names.userColumn ? 2 : 0) + (owner.required ? 1 : 0);
  }
  if (candidates[0]) return candidates[0];
  const owner = columnOf(relation, names.userColumn);
  const users = relations.find(({ schema, name }) => schema === names.schema && name === names.users);
  const column = users?.primary[0];
  const counts = owner && users && column && subjects.has(users.oid) && relation.oid !== users.oid;
  return counts ? { owner, parent: users, column } : undefined;
}

/** Views, and what has rules or triggers by which a statement reaches subjects with the rights of another role. */
function findDerived(
  { relations, keys }: Tenancy,
  subjects: ReadonlyMap<number, Subject>,
  names: TenancyNames,
): Reach['derived'] {
  const byId = new Map(relations.map((relation) => [relation.oid, relation]));
  const basesOf = (relation: TenancyRelation, seen = new Set<number>()): Subject[] => {
    if (seen.has(relation.oid)) return [];
    seen.add(relation.oid);
    return relation.dependsOn.flatMap((oid) => {
      const subject = subjects.get(oid);
      if (subject) return [subject];
      const next = byId.get(oid);
      return next ? basesOf(next, seen) : [];
    });
  };
  return relations
    .filter((relation) => !subjects.has(relation.oid) && !isTrusted(relation, names.trusted))
    .flatMap((relation) => {
      const found = [...new Set(basesOf(relation))];
      const isView = relation.kind === 'v' || relation.kind === 'm';
      const bases = found.length > 0 || !relation.definerTrigger ? found : [...subjects.values()];
      const tenantColumns = new Set([
        names.tenantColumn,
        ...bases.filter(({ parent, isRoot }) => !parent && !isRoot).map(({ owner }) => owner.name),
        ...keys.flatMap(({ child, parent, columns }) =>
          bases.some((base) => base.relation.oid === child && base.isRoot) && subjects.get(parent)?.isRoot
            ? columns
            : [],
        ),
      ]);
      const owner = relation.columns.find(({ name }) => tenantColumns.has(name));
      const counts = bases.length > 0 || ((isView || relation.kind === 'f') && owner !== undefined);
      return counts ? [{ relation, bases, ...(owner ? { owner } : {}) }] : [];
    });
}

/** Orders subjects so that rows can be inserted: referenced tables first. */
function inOrder(subjects: Subject[], keys: readonly TenancyKey[]): Subject[] {
  const left = new Map(subjects.map((subject) => [subject.relation.oid, subject]));
  const ordered: Subject[] = [];
  while (left.size > 0) {
    const free = [...left.values()].filter(
      ({ relation: { oid } }) =>
        !keys.some(({ child, parent }) => child === oid && parent !== oid && left.has(parent)),
    );
    for (const subject of free.length > 0 ? free : [...left.values()]) {
      ordered.push(subject);
      left.delete(subject.relation.oid);
    }
  }
  return ordered;
}

/** Returns an SQL array of the values of `owner` in the rows of a tenant, as text. */
export function ownersOf({ parent }: Subject, tenant: string): string {
  if (!parent) return `array[${literal(tenant)}]::text[]`;
  const { subject, column } = parent;
  return `array(select distinct p.${quote(column)}::text from ${qualified(subject.relation)} p where ${belongsTo('p', subject, tenant)} limit 200)`;
}

/** Returns the SQL condition that a row belongs to a tenant. */
export function belongsTo(alias: string, subject: Subject, tenant: string): string {
  return `${alias}.${quote(subject.owner.name)} = any(${ownersOf(subject, tenant)}::${arrayOf(subject.owner)})`;
}

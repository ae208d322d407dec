/** Rows of two tenants where there are none: values that fit types, domains, checks and foreign keys. Pure. */
import type { Tenancy, TenancyColumn, TenancyKey, TenancyRelation } from './tenant-catalogue.ts';
import { belongsTo, columnOf, nameOf, type Subject } from './tenant-reach.ts';
import { castOf, literal, qualified, quote } from './tenant-sql.ts';

/** Values of columns by table, for rows that cannot be made otherwise; `{n}` becomes what differs from row to row. */
export type GivenValues = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

/** A row to insert, in several ways; the first that works counts. */
export interface MadeRow {
  table: string;
  tenant: 'a' | 'b';
  /** Number of rows that exist already. */
  count: string;
  wanted: number;
  variants: string[];
}

export interface RowSource {
  tenancy: Tenancy;
  subjects: readonly Subject[];
  values: GivenValues;
}

const variants = 6;

/** Returns the statements that insert a row of a tenant, each with other values where checks demand certain ones. */
export function insertRow(source: RowSource, subject: Subject, tenant: string, returning = ''): string[] {
  const condition = `${quote(subject.owner.name)} = ${literal(tenant)}::${castOf(subject.owner)}`;
  const unless = subject.isRoot
    ? ` where not exists (select from ${qualified(subject.relation)} where ${condition})`
    : '';
  return insertInto(source, subject.relation, { subject, tenant }, unless, returning);
}

/** Returns the rows that each of the two tenants needs; of a table whose owner is unique one, else two. */
export function madeRows(source: RowSource, tenants: { a: string; b: string }): MadeRow[] {
  return source.subjects.flatMap((subject) =>
    (['a', 'b'] as const).map((tenant) => ({
      table: nameOf(subject.relation),
      tenant,
      count: `select count(*) from (select from ${qualified(subject.relation)} t where ${belongsTo('t', subject, tenants[tenant])} limit 2) x`,
      wanted: isUnique(subject.relation, subject.owner.name) ? 1 : 2,
      variants: insertRow(source, subject, tenants[tenant]),
    })),
  );
}

/** Returns statements that insert a row into each table that rows of tenants refer to, where it has none. */
export function supportRows(source: RowSource): { table: string; variants: string[] }[] {
  const isSubject = (oid: number) => source.subjects.some(({ relation }) => relation.oid === oid);
  const found: TenancyRelation[] = [];
  const visit = (relation: TenancyRelation, depth: number) => {
    for (const key of neededKeys(source.tenancy, relation)) {
      const parent = source.tenancy.relations.find(({ oid }) => oid === key.parent);
      if (!parent || isSubject(parent.oid) || found.includes(parent) || depth > 5) continue;
      visit(parent, depth + 1);
      found.push(parent);
    }
  };
  for (const { relation } of source.subjects) visit(relation, 0);
  return found.map((relation) => ({
    table: nameOf(relation),
    variants: insertInto(
      source,
      relation,
      undefined,
      ` where not exists (select from ${qualified(relation)})`,
    ),
  }));
}

export function isUnique({ uniques }: TenancyRelation, column: string): boolean {
  return uniques.some((columns) => columns.length === 1 && columns[0] === column);
}

function neededKeys({ keys }: Tenancy, relation: TenancyRelation): TenancyKey[] {
  return keys.filter(
    ({ child, parent, columns }) =>
      child === relation.oid &&
      parent !== relation.oid &&
      columns.some((name) => columnOf(relation, name)?.required),
  );
}

function insertInto(
  source: RowSource,
  relation: TenancyRelation,
  of: { subject: Subject; tenant: string } | undefined,
  condition: string,
  returning = '',
): string[] {
  const from: string[] = [];
  const fixed = new Map<string, string>();
  const given = source.values[`${relation.schema}.${relation.name}`] ?? source.values[relation.name] ?? {};
  if (of && !of.subject.parent) {
    fixed.set(of.subject.owner.name, `${literal(of.tenant)}::${castOf(of.subject.owner)}`);
  }
  // A column that is named as the tenant's is filled as such, also where a row belongs by another one.
  const linkOfOwner = of?.subject.parent;
  for (const key of [...neededKeys(source.tenancy, relation), ...ownLink(source, of?.subject)]) {
    if (key.columns.every((name) => fixed.has(name))) continue;
    const parent = source.tenancy.relations.find(({ oid }) => oid === key.parent);
    const parentSubject = source.subjects.find(({ relation: { oid } }) => oid === key.parent);
    if (!parent) continue;
    const alias = `f${from.length}`;
    const mine = of && parentSubject ? ` where ${belongsTo('p', parentSubject, of.tenant)}` : '';
    const column = linkOfOwner && key.columns.includes(of.subject.owner.name) ? of.subject.owner : undefined;
    const referenced = column && key.referenced[key.columns.indexOf(column.name)];
    const free = referenced
      ? ` order by exists (select from ${qualified(relation)} s where s.${quote(column.name)} = p.${quote(referenced)})`
      : '';
    from.push(`(select p.* from ${qualified(parent)} p${mine}${free} limit 1) ${alias}`);
    key.columns.forEach((name, index) => {
      if (!fixed.has(name)) fixed.set(name, `${alias}.${quote(key.referenced[index]!)}`);
    });
  }
  for (const [name, value] of Object.entries(given)) {
    const column = columnOf(relation, name);
    const text = String(value).split('{n}').map(literal).join(' || gen_random_uuid()::text || ');
    if (column) fixed.set(name, `(${text})::${castOf(column)}`);
  }
  return Array.from({ length: variants }, (_, variant) => {
    const row = new Map(fixed);
    for (const column of relation.columns) {
      if (row.has(column.name) || column.generated || !needsValue(relation, column)) continue;
      row.set(column.name, exampleValue(relation, column, variant));
    }
    const columns = [...row.keys()].map(quote).join(', ');
    const overriding = relation.columns.some(({ identity, name }) => identity && row.has(name))
      ? ' overriding system value'
      : '';
    const source = from.length > 0 ? ` from ${from.join(', ')}` : '';
    return `insert into ${qualified(relation)} (${columns})${overriding} select ${[...row.values()].join(', ')}${source}${condition}${returning}`;
  }).filter((sql, index, all) => all.indexOf(sql) === index);
}

function ownLink({ tenancy }: RowSource, subject: Subject | undefined): TenancyKey[] {
  if (!subject?.parent) return [];
  const { relation } = subject.parent.subject;
  const declared = tenancy.keys.find(
    ({ child, parent, columns }) =>
      child === subject.relation.oid && parent === relation.oid && columns.includes(subject.owner.name),
  );
  return [
    declared ?? {
      child: subject.relation.oid,
      parent: relation.oid,
      columns: [subject.owner.name],
      referenced: [subject.parent.column],
      cascades: false,
    },
  ];
}

function needsValue(relation: TenancyRelation, column: TenancyColumn): boolean {
  // A number of its own in a key: a sequence is not set back when the transaction is.
  const isCounted = column.category === 'N' && relation.primary.join() === column.name;
  return (column.required && !column.hasDefault && !column.identity) || isCounted;
}

const byType: Record<string, string> = {
  uuid: 'gen_random_uuid()',
  json: "'{}'::json",
  jsonb: "'{}'::jsonb",
  bytea: "'\\x00'::bytea",
  date: 'current_date',
  xml: "'<a/>'::xml",
  money: '1::money',
  macaddr: "'08:00:2b:01:02:03'::macaddr",
  cidr: "'127.0.0.0/8'::cidr",
  inet: "'127.0.0.1'::inet",
  bit: "B'0'",
  tsvector: "''::tsvector",
  interval: "interval '1 day'",
};

function exampleValue(relation: TenancyRelation, column: TenancyColumn, variant: number): string {
  const { name, category, length, labels, checks } = column;
  const type = castOf(column);
  const key = quote(name);
  const unique = relation.uniques.some((columns) => columns.includes(name));
  const demanded = checks.flatMap((check) => literalsOf(check, category));
  // An existing row shows what fits.
  if (!unique && variant === 0)
    return `coalesce((select ${key} from ${qualified(relation)} where ${key} is not null limit 1), ${plainValue()})`;
  const chosen = variant > 0 ? demanded[variant - 1] : undefined;
  return chosen === undefined ? plainValue() : `(${chosen})::${type}`;

  function plainValue(): string {
    if (labels?.[0] !== undefined) return `${literal(labels[0])}::${type}`;
    if (byType[type]) return byType[type];
    switch (category) {
      case 'B':
        return 'true';
      case 'D':
        return `now()::${type}`;
      case 'N':
        if (relation.primary.join() === name)
          return `coalesce((select max(${key}) from ${qualified(relation)}), 0) + 1`;
        return unique ? `(1 + random() * 30000)::int::${type}` : `1::${type}`;
      case 'A':
        return `'{}'::${type}`;
      case 'R':
        return `'empty'::${type}`;
      case 'G':
        return `'(0,0)'::${type}`;
      case 'S': {
        // The end is what differs from row to row.
        const text = /mail/i.test(name)
          ? "'meatymusic-' || gen_random_uuid()::text || '@verify.invalid'"
          : "'meatymusic-' || gen_random_uuid()::text";
        return length === null ? `(${text})::${type}` : `right(${text}, ${length})::${type}`;
      }
      default:
        return /mail/i.test(name)
          ? `('meatymusic-' || gen_random_uuid()::text || '@verify.invalid')::${type}`
          : `('meatymusic-' || gen_random_uuid()::text)::${type}`;
    }
  }
}

/** Returns SQL of the values that the text of a check constraint names, and of some that usual ones accept. */
function literalsOf(check: string, category: string): string[] {
  if (category === 'N') {
    const numbers = [...check.matchAll(/\b\d+(?:\.\d+)?\b/g)].map(([text]) => Number(text));
    return [...new Set(numbers.flatMap((number) => [number, number + 1, number - 1]))].map(String);
  }
  if (category !== 'S' && category !== 'U') return [];
  const named = [...check.matchAll(/(?<!~\*? )'((?:[^']|'')*)'/g)].map(([, text]) =>
    literal(text!.replaceAll("''", "'")),
  );
  const letters = "translate(md5(random()::text), '0123456789', 'ghijklmnop')";
  return [
    ...named,
    letters,
    `upper(left(${letters}, 2))`,
    "'+4930123456'",
    `${letters} || '@verify.invalid'`,
  ];
}

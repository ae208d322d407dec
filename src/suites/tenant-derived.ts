/** What a role tries through views, materialized views, rules, triggers and SECURITY DEFINER functions. Pure. */
import { type AttackPlan, type AttackSource, type Attempt, lookAt } from './tenant-attempt.ts';
import type { Caller } from './tenant-batch.ts';
import type { TenancyColumn } from './tenant-catalogue.ts';
import { belongsTo, columnOf, nameOf, ownersOf, type Reach, type Subject } from './tenant-reach.ts';
import { arrayOf, castOf, literal, qualified, quote } from './tenant-sql.ts';

type Derived = Reach['derived'][number];

/** Values of a tenant that are long enough to be its own wherever they appear. */
const shortest = 8;

export function tokensOf(source: AttackSource, bases: readonly Subject[]): string {
  const values = (tenant: string) =>
    bases.map((subject) => {
      const columns = subject.relation.columns.filter(
        ({ name, category, labels }) =>
          labels === null && (category === 'S' || category === 'U' || name === subject.owner.name),
      );
      const list = columns.slice(0, 8).map(({ name }) => `t.${quote(name)}::text`);
      return `select v from (select unnest(array[${list.join(', ')}]) v from (select * from ${qualified(subject.relation)} t where ${belongsTo('t', subject, tenant)} limit 50) t) x where length(v) >= ${shortest}`;
    });
  const { a, b } = source.tenants;
  return `select array(select '%' || replace(replace(replace(v, '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%' from (${values(b).join(' union ')}) x (v) except select '%' || replace(replace(replace(v, '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%' from (${values(a).join(' union ')}) x (v))`;
}

const has = (column: TenancyColumn, role: string, mark: string) =>
  column.privileges[role]?.includes(mark) ?? false;

/** Plans the attempts on one relation that is derived from subjects. */
export function planDerived(
  source: AttackSource,
  { relation, bases, owner }: Derived,
  role: string,
): AttackPlan {
  const { a, b } = source.tenants;
  const table = qualified(relation);
  const attempts: Attempt[] = [];
  const plan: AttackPlan = {
    sets: [
      { name: 'tokens', caller: 'b', sql: tokensOf(source, bases) },
      ...bases.map((each, index) => ({
        name: `theirs${index}`,
        caller: 'b' as const,
        sql: `select ${ownersOf(each, b)}`,
      })),
    ],
    looks: bases.map((each, index) => lookAt(each, `theirs${index}`)),
    attempts,
  };
  if (bases.length === 0) plan.sets.shift();
  if (!relation.privileges[role]?.includes('u')) return plan;
  const add = (kind: Attempt['kind'], caller: Caller, sqls: string[], isRead = false) => {
    if (sqls.length === 0) return;
    attempts.push({
      id: String(attempts.length),
      ...{ kind, caller, sqls, isRead, role, ...(isRead ? {} : { looks: 'all' as const }) },
      target: nameOf(relation),
    });
  };
  const readable = relation.columns.filter((column) => has(column, role, 's'));
  const conditions = [
    ...(bases.length > 0 && readable.length > 0 && relation.kind !== 'r' && relation.kind !== 'p'
      ? [
          `jsonb_build_array(${readable
            .slice(0, 90)
            .map(({ name }) => `v.${quote(name)}`)
            .join(', ')})::text like any({{tokens}}::text[])`,
        ]
      : []),
    ...(owner && readable.includes(owner)
      ? [`v.${quote(owner.name)} = any(array[${literal(b)}]::${arrayOf(owner)})`]
      : []),
  ];
  if (conditions.length > 0) {
    for (const caller of ['unset', 'a', 'empty'] as const) {
      add('read', caller, [`select count(*) from ${table} v where ${conditions.join(' or ')}`], true);
    }
  }
  if (relation.kind === 'm') return plan;
  const updated = relation.columns.filter((column) => has(column, role, 'u') && !column.generated);
  if (bases.length > 0) {
    if (owner && updated.includes(owner)) {
      for (const [kind, tenant] of [
        ['take-over', a],
        ['give-away', b],
      ] as const) {
        add(kind, 'a', [`update ${table} set ${quote(owner.name)} = ${literal(tenant)}::${castOf(owner)}`]);
      }
    }
    const columns = updated.filter((column) => column !== owner);
    add(
      'change',
      'a',
      columns
        .slice(0, 6)
        .map((column) => `update ${table} set ${quote(column.name)} = ${freshValue(column)}`),
    );
    if (relation.privileges[role]?.includes('d')) add('delete', 'a', [`delete from ${table}`]);
    const inserted = relation.columns.filter((column) => has(column, role, 'i') && !column.generated);
    bases.forEach((base, index) => {
      const common = inserted.filter(({ name }) => columnOf(base.relation, name));
      if (!common.some(({ name }) => name === base.owner.name)) return;
      const names = common.map(({ name }) => quote(name)).join(', ');
      plan.sets.push({
        name: `row${index}`,
        caller: 'b',
        sql: `select array(select to_jsonb(t.*)::text from ${qualified(base.relation)} t where ${belongsTo('t', base, b)} limit 1)`,
      });
      // What is unique differs from the row that it is like.
      const own = common
        .filter(
          ({ name }) =>
            base.relation.uniques.some((unique) => unique.includes(name)) && name !== base.owner.name,
        )
        .map((column) => `jsonb_build_object(${literal(column.name)}, ${freshValue(column)})`);
      const record = [`{{row${index}.1}}::jsonb`, ...own].join(' || ');
      add('insert', 'a', [
        `insert into ${table} (${names}) select ${names} from jsonb_populate_record(null::${qualified(base.relation)}, ${record})`,
      ]);
    });
    // By a rule or a trigger of a table, any row will do.
    if (relation.kind === 'r' && inserted.length > 0) {
      add('insert', 'a', [
        `insert into ${table} (${inserted.map(({ name }) => quote(name)).join(', ')}) values (${inserted.map(freshValue).join(', ')})`,
        `insert into ${table} default values`,
      ]);
    }
  }
  return plan;
}

function freshValue(column: TenancyColumn): string {
  const type = castOf(column);
  if (column.labels?.[0] !== undefined) return `${literal(column.labels[0])}::${type}`;
  if (type === 'uuid') return 'gen_random_uuid()';
  if (column.category === 'N') return `(random() * 30000)::int::${type}`;
  if (column.category === 'D') return `now()::${type}`;
  if (column.category === 'B') return 'true';
  if (column.category === 'S') return `left(gen_random_uuid()::text, ${column.length ?? 99})::${type}`;
  return `null::${type}`;
}

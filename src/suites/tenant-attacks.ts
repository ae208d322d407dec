/** What a role tries on the rows of another tenant in one table. Pure. */
import {
  type AttackPlan,
  type AttackSource,
  type Attempt,
  type AttemptKind,
  lookAt,
  withDescendants,
} from './tenant-attempt.ts';
import type { Batch } from './tenant-batch.ts';
import type { TenancyColumn } from './tenant-catalogue.ts';
import { belongsTo, nameOf, ownersOf, type Subject } from './tenant-reach.ts';
import { insertRow } from './tenant-rows.ts';
import { arrayOf, castOf, qualified, quote } from './tenant-sql.ts';

export function planAttacks(source: AttackSource, subject: Subject, role: string): AttackPlan {
  const { relation, owner } = subject;
  const { a, b } = source.tenants;
  const table = qualified(relation);
  const family = withDescendants(source, subject);
  const privileges = relation.privileges[role] ?? '';
  const has = (column: TenancyColumn, mark: string) => column.privileges[role]?.includes(mark) ?? false;
  const sets: Batch['sets'] = [
    { name: 'mine', caller: 'a', sql: `select ${ownersOf(subject, a)}` },
    ...family.map((each, index) => ({
      name: `theirs${index}`,
      caller: 'b' as const,
      sql: `select ${ownersOf(each, b)}`,
    })),
    {
      name: 'held',
      caller: 'a',
      sql: `select array(select 'x' from ${table} t where ${belongsTo('t', subject, a)} limit 1)`,
    },
  ];
  const attempts: Attempt[] = [];
  const add = (kind: AttemptKind, caller: Attempt['caller'], sqls: string[], isRead = false) => {
    if (sqls.length === 0) return;
    attempts.push({
      id: String(attempts.length),
      ...{ kind, caller, sqls, isRead, role },
      ...(kind === 'delete'
        ? { looks: 'affected' as const }
        : kind === 'truncate'
          ? { looks: 'all' as const }
          : {}),
      target: nameOf(relation),
    });
  };
  const plan: AttackPlan = {
    sets,
    looks: family.map((each, index) => lookAt(each, `theirs${index}`)),
    attempts,
  };
  if (!privileges.includes('u')) return plan;

  const readable = relation.columns.filter((column) => has(column, 's'));
  const seesOwner = has(owner, 's');
  const witness = seesOwner
    ? owner
    : (readable.find(({ category }) => 'US'.includes(category)) ?? readable[0]);
  if (witness) {
    const ofB = seesOwner ? 'theirs0' : 'values';
    const values = (tenant: string) =>
      `select ${quote(witness.name)}::text from ${table} t where ${belongsTo('t', subject, tenant)}`;
    if (!seesOwner) {
      sets.push({ name: 'values', caller: 'b', sql: `select array(${values(b)} except ${values(a)})` });
    }
    const count = (set: string) =>
      `select count(*) from ${table} where ${quote(witness.name)} = any({{${set}}}::${arrayOf(witness)})`;
    add('read', 'unset', [count(ofB)], true);
    if (seesOwner) add('own', 'a', [count('mine')], true);
    add('read', 'a', [count(ofB)], true);
    if (seesOwner) add('read-after-change', 'b', [count('mine')], true);
    add('read', 'empty', [count(ofB)], true);
  }

  const written = relation.columns.filter((column) => has(column, 'u') && !column.generated);
  const touched = written
    .filter(({ name }) => name !== owner.name)
    .toSorted((x, y) => costOf(x) - costOf(y))
    .slice(0, 4);
  function costOf({ name, category }: TenancyColumn) {
    const inKey = relation.uniques.some((columns) => columns.includes(name));
    return (inKey ? 10 : 0) + (category === 'D' ? 0 : 1);
  }
  touched.forEach((column, index) => {
    sets.push({
      name: `sample${index}`,
      caller: 'a',
      sql: `select array(select ${quote(column.name)}::text from ${table} t where ${belongsTo('t', subject, a)} limit 1)`,
    });
  });
  const assign = touched.map((column, index) => `${quote(column.name)} = ${valueFor(column, index)}`);
  function valueFor(column: TenancyColumn, index: number): string {
    const type = castOf(column);
    if (!relation.uniques.some((columns) => columns.includes(column.name)))
      return `{{sample${index}.1}}::${type}`;
    if (type === 'uuid') return 'gen_random_uuid()';
    if (column.category === 'N') return `(random() * 30000)::int::${type}`;
    return column.category === 'S'
      ? `left(gen_random_uuid()::text, ${column.length ?? 99})::${type}`
      : `{{sample${index}.1}}::${type}`;
  }
  const theirs = `where ${quote(owner.name)} = any({{theirs0}}::${arrayOf(owner)})`;
  // Without a condition a statement reads nothing, and the policies for reading do not protect what it changes.
  for (const caller of ['unset', 'a', 'empty'] as const) {
    add(
      'change',
      caller,
      assign.map((each) => `update ${table} set ${each}`),
    );
  }
  if (seesOwner)
    add(
      'change',
      'a',
      assign.map((each) => `update ${table} set ${each} ${theirs}`),
    );

  if (has(owner, 'u') && !owner.generated && !subject.isRoot) {
    const set = (value: string) => `update ${table} set ${quote(owner.name)} = ${value}::${castOf(owner)}`;
    const free = (name: string, tenant: string, caller: 'a' | 'b') => {
      const used = `exists (select from ${table} s where s.${quote(owner.name)}::text = k)`;
      sets.push({
        name,
        caller,
        sql: `select array(select k from unnest(${ownersOf(subject, tenant)}) k order by ${used} limit 1)`,
      });
      return `{{${name}.1}}`;
    };
    const [mine, other] = [free('free', a, 'a'), free('freeTheirs', b, 'b')];
    add('take-over', 'a', [set(mine), ...single(set(mine), b, 'rankOfB')]);
    if (seesOwner) add('take-over', 'a', [`${set(mine)} ${theirs}`]);
    add('give-away', 'a', [set(other), ...single(set(other), a, 'rankOfA')]);
  }
  /** Where a key allows no second row with the value: only the row at the place of one of the tenant's. */
  function single(statement: string, tenant: string, name: string): string[] {
    if (relation.kind !== 'r') return [];
    const caller = tenant === a ? 'a' : 'b';
    const place = `(select count(*)::text from ${table} x where x.ctid <= t.ctid)`;
    sets.push({
      name,
      caller,
      sql: `select array(select ${place} from ${table} t where ${belongsTo('t', subject, tenant)} limit 1)`,
    });
    return [
      `${statement} where set_config('meatymusic.row', (coalesce(nullif(current_setting('meatymusic.row', true), ''), '0')::int + 1)::text, true) = {{${name}.1}}`,
    ];
  }

  if (privileges.includes('d')) {
    const children = family
      .slice(1)
      .filter((each) => each.relation.privileges[role]?.includes('d'))
      .toReversed()
      .map((each) => `delete from ${qualified(each.relation)}`);
    const withChildren = (statement: string) =>
      children.length > 0 ? [statement, [...children, statement].join('; ')] : [statement];
    for (const caller of ['unset', 'a', 'empty'] as const)
      add('delete', caller, withChildren(`delete from ${table}`));
    if (seesOwner) add('delete', 'a', withChildren(`delete from ${table} ${theirs}`));
  }

  const inserted = relation.columns.filter((column) => has(column, 'i') && !column.generated);
  if (inserted.length > 0) {
    const rowOf = (sql: string) => `${sql} returning array[to_jsonb(${quote(relation.name)}.*)::text]`;
    const names = inserted.map(({ name }) => quote(name)).join(', ');
    const overriding = inserted.some(({ identity }) => identity) ? ' overriding system value' : '';
    const insert = (record: string) =>
      `insert into ${table} (${names})${overriding} select ${names} from jsonb_populate_record(null::${table}, ${record})`;
    const variants = insertRow(source, subject, b);
    variants.forEach((sql, index) => {
      sets.push({ name: `row${index}`, caller: 'b', sql: rowOf(sql) });
    });
    for (const caller of ['unset', 'a', 'empty'] as const) {
      add(
        'insert',
        caller,
        variants.map((_, index) => insert(`{{row${index}.1}}::jsonb`)),
      );
    }
    const target = touched[0];
    if (target && relation.primary.length > 0 && !subject.isRoot) {
      sets.push({
        name: 'existing',
        caller: 'b',
        sql: `select array(select to_jsonb(t.*)::text from ${table} t where ${belongsTo('t', subject, b)} limit 1)`,
      });
      const taken = `{{existing.1}}::jsonb || jsonb_build_object('${owner.name.replaceAll("'", "''")}', {{mine.1}}::${castOf(owner)})`;
      const key = relation.primary.map(quote).join(', ');
      add('upsert', 'a', [
        `${insert(taken)} on conflict (${key}) do update set ${quote(target.name)} = excluded.${quote(target.name)}`,
      ]);
    }
  }

  if (privileges.includes('T')) add('truncate', 'a', [`truncate ${table} cascade`, `truncate ${table}`]);
  const schema = source.createsIn.get(role);
  if (privileges.includes('t')) {
    const body = `() returns trigger language plpgsql as 'begin return new; end'`;
    add(
      'trigger',
      'a',
      ['pg_temp', ...(schema ? [quote(schema)] : [])].map(
        (where) =>
          `create function ${where}.meatymusic_attempt${body}; create trigger meatymusic_attempt after insert on ${table} for each row execute function ${where}.meatymusic_attempt()`,
      ),
    );
  }
  const key = relation.columns.find(({ name }) => relation.primary.join() === name);
  if (privileges.includes('r') && schema && key) {
    const where = `${quote(schema)}.meatymusic_attempt`;
    sets.push({
      name: 'keys',
      caller: 'b',
      sql: `select array(select ${quote(key.name)}::text from ${table} t where ${belongsTo('t', subject, b)} limit 1)`,
    });
    add('reference', 'a', [
      `create table ${where} (k ${castOf(key)} references ${table} (${quote(key.name)})); insert into ${where} values ({{keys.1}})`,
    ]);
  }
  return plan;
}

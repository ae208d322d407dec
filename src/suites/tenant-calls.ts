/** What a role tries by calls of SECURITY DEFINER functions. Pure. */
import { type AttackPlan, type AttackSource, type Attempt, lookAt } from './tenant-attempt.ts';
import type { TenancyFunction } from './tenant-catalogue.ts';
import { tokensOf } from './tenant-derived.ts';
import { belongsTo, columnOf, isTrusted, nameOf, ownersOf, type Subject } from './tenant-reach.ts';
import { literal, qualified, quote } from './tenant-sql.ts';

/** Functions whose source has effects that a rollback does not undo. */
const lasting =
  /\b(dblink|http_|net\.|lo_export|pg_(try_)?advisory|pg_terminate|pg_cancel|pg_notify|copy)\b|\bnotify\b/i;

export interface CalledFunctions {
  plan: AttackPlan;
  called: string[];
  notes: string[];
}

/** Plans calls of the SECURITY DEFINER functions that a role may call, with values of the other tenant as arguments. */
export function planCalls(
  source: AttackSource,
  functions: readonly TenancyFunction[],
  role: string,
  trusted: readonly string[],
): CalledFunctions {
  const { subjects } = source;
  const { b } = source.tenants;
  const notes: string[] = [];
  const called: string[] = [];
  const attempts: Attempt[] = [];
  const sets: AttackPlan['sets'] = [
    { name: 'tokens', caller: 'b', sql: tokensOf(source, subjects) },
    ...subjects.map((each, index) => ({
      name: `theirs${index}`,
      caller: 'b' as const,
      sql: `select ${ownersOf(each, b)}`,
    })),
  ];
  const valueSet = (subject: Subject, column: string): string => {
    const name = `value_${subjects.indexOf(subject)}_${subject.relation.columns.findIndex((each) => each.name === column)}`;
    if (!sets.some((set) => set.name === name)) {
      const sql = `select array(select ${quote(column)}::text from ${qualified(subject.relation)} t where ${belongsTo('t', subject, b)} limit 1)`;
      sets.push({ name, caller: 'b', sql });
    }
    return `{{${name}.1}}`;
  };
  for (const each of functions.filter(({ definer, callableBy }) => definer && callableBy.includes(role))) {
    const text = `${nameOf(each)}(${each.identity})`;
    if (isTrusted(each, trusted)) continue;
    if (!/^(sql|plpgsql)$/.test(each.language) || lasting.test(each.source)) {
      notes.push(`function ${text}: not called, its effects may last`);
      continue;
    }
    const calls = combine(each.arguments.map((argument) => candidates(argument)));
    if (calls.length === 0) {
      notes.push(`function ${text}: no values for its arguments`);
      continue;
    }
    called.push(text);
    for (const values of calls) {
      const call = `${qualified(each)}(${values.join(', ')})`;
      const given = values.filter((value) => value.includes('{{') || value.includes("'"));
      const patterns =
        given.length > 0
          ? `array(select unnest({{tokens}}::text[]) except select '%' || replace(v, '_', '\\_') || '%' from unnest(array[${given.map((value) => `(${value})::text`).join(', ')}]) v)`
          : '{{tokens}}::text[]';
      attempts.push({
        id: String(attempts.length),
        ...{ kind: 'call', caller: 'a', role, target: `function ${text}` },
        sqls: [
          each.kind === 'p'
            ? `call ${call}`
            : `select count(*) from (select to_jsonb(x)::text as j from ${call} x) s where j like any(${patterns})`,
        ],
        isRead: each.kind === 'f',
        looks: 'all',
      });
    }
  }
  return {
    plan: { sets, looks: subjects.map((each, index) => lookAt(each, `theirs${index}`)), attempts },
    called,
    notes,
  };

  /** Values of tenant B for an argument: of the column that it is named after, of the tenant, of its rows. */
  function candidates({ name, type }: { name: string; type: string }): string[] {
    const bare = name.replace(/^(_|p_|in_|arg_|v_)+/, '').replace(/_$/, '');
    const found: string[] = [];
    const take = (value: string) => {
      const cast = `${value}::${type === 'character' ? 'bpchar' : type}`;
      if (!found.includes(cast)) found.push(cast);
    };
    for (const subject of subjects) {
      const named = subject.relation.columns.find((column) => column.name === bare && column.type === type);
      if (named && bare !== 'id') take(valueSet(subject, named.name));
    }
    for (const subject of subjects) {
      if (!subject.parent && subject.owner.type === type) take(literal(b));
      const key = columnOf(subject.relation, subject.relation.primary[0]);
      if (key?.type === type) take(valueSet(subject, key.name));
    }
    if (/^(integer|bigint|smallint|numeric)$/.test(type)) take('1');
    if (type === 'boolean') take('true');
    if (/^(text|character varying)$/.test(type)) take("''");
    if (/^jsonb?$/.test(type)) take("'{}'");
    return found.slice(0, 6);
  }
}

/** Returns up to six lists of arguments in which each candidate appears. */
function combine(candidates: string[][]): string[][] {
  if (candidates.some((values) => values.length === 0)) return [];
  const most = Math.max(1, ...candidates.map((values) => values.length));
  return Array.from({ length: Math.min(6, most) }, (_, index) =>
    candidates.map((values) => values[index % values.length]!),
  );
}

/**
 * Two tenants with a row each in every table, and what one of them tries on the other's: the steps of
 * `database/row-level-security` as data, for any names of tables and columns. Pure; what the steps came to is judged in
 * the check.
 */
import type { Json } from '../check/json.ts';
import type { SqlStep } from '../check/probes.ts';

/** A table of the catalogue. */
export interface ScenarioTable {
  name: string;
  /** Columns without which no row can be inserted, and `updated_at` where there is one. */
  columns: {
    name: string;
    type: string;
    length: number | null;
    required: boolean;
    labels: string[] | null;
  }[];
}

export interface ScenarioNames {
  schema: string;
  tenants: string;
  users: string;
  /** Absent: the stack has none. */
  preferences?: string;
  tenantColumn: string;
  userColumn: string;
  setting: string;
}

/** Rows that every attempt is about. */
export interface ScenarioIds {
  a: TenantRows;
  b: TenantRows;
}

interface TenantRows {
  tenant: string;
  user: string;
  /** Of the same tenant, without preferences. */
  spareUser: string;
  preferences: string;
  /** Never inserted. */
  fresh: string;
}

export type AttemptKind =
  | 'own'
  | 'select'
  | 'select-all'
  | 'update'
  | 'delete'
  | 'update-all'
  | 'delete-all'
  | 'insert'
  | 'upsert'
  | 'move'
  | 'empty'
  | 'other-own'
  | 'other-select';

/** An attempt of a tenant; `index` is its place among the steps. */
export interface TenantAttempt {
  kind: AttemptKind;
  table: string;
  index: number;
  step: SqlStep;
  /** Rows that it may touch: its own. */
  own: number;
}

export interface Scenario {
  steps: SqlStep[];
  /** Up to here (exclusive) rows are made and the role is taken. */
  setup: number;
  attempts: TenantAttempt[];
}

/** Identifiers that differ in their last two digits; texts made of them are unique. */
export function scenarioIds(uuid: string): ScenarioIds {
  const id = (number: number) => `${uuid.slice(0, -2)}${number.toString(16).padStart(2, '0')}`;
  const rows = (first: number): TenantRows => ({
    tenant: id(first),
    user: id(first + 1),
    spareUser: id(first + 2),
    preferences: id(first + 3),
    fresh: id(first + 4),
  });
  return { a: rows(0xa0), b: rows(0xb0) };
}

export function buildScenario(
  names: ScenarioNames,
  tables: readonly ScenarioTable[],
  { a, b }: ScenarioIds,
  role: string,
): Scenario {
  const { schema, tenantColumn, userColumn, setting } = names;
  const table = (name: string) => `${quote(schema)}.${quote(name)}`;
  const become = (tenant: string): SqlStep => ({
    sql: 'select set_config($1, $2, true)',
    values: [setting, tenant],
  });
  const insert = (name: string, id: string, owner: Record<string, string>, suffix = ''): SqlStep => {
    const found = tables.find((each) => each.name === name);
    const row: Record<string, Json> = { id, ...owner };
    for (const column of found?.columns ?? []) {
      if (column.required && !Object.hasOwn(row, column.name)) row[column.name] = exampleValue(column, id);
    }
    const columns = Object.keys(row);
    return {
      sql: `insert into ${table(name)} (${columns.map(quote).join(', ')}) values (${columns
        .map((_, index) => `$${index + 1}`)
        .join(', ')})${suffix}`,
      values: Object.values(row),
    };
  };
  const { tenants, users, preferences } = names;
  const steps: SqlStep[] = [{ sql: 'begin' }];
  for (const rows of [a, b]) {
    steps.push(
      become(rows.tenant),
      insert(tenants, rows.tenant, {}),
      insert(users, rows.user, { [tenantColumn]: rows.tenant }),
      insert(users, rows.spareUser, { [tenantColumn]: rows.tenant }),
    );
    if (preferences) steps.push(insert(preferences, rows.preferences, { [userColumn]: rows.user }));
  }
  steps.push({ sql: `set local role ${quote(role)}` });
  const setup = steps.length;

  const attempts: TenantAttempt[] = [];
  const attempt = (kind: AttemptKind, name: string, step: SqlStep, own = 0) => {
    steps.push({ sql: 'savepoint attempt' });
    attempts.push({ kind, table: name, index: steps.length, step, own });
    steps.push(step, { sql: 'rollback to savepoint attempt' });
  };
  const count = (name: string, id: string): SqlStep => ({
    sql: `select count(*)::int as rows from ${table(name)} where id = $1`,
    values: [id],
  });
  const subjects = [
    { name: users, own: a.user, foreign: b.user, owner: tenantColumn, mine: a.tenant, theirs: b.tenant },
    ...(preferences
      ? [
          {
            name: preferences,
            own: a.preferences,
            foreign: b.preferences,
            owner: userColumn,
            mine: a.spareUser,
            theirs: b.spareUser,
          },
        ]
      : []),
  ];
  steps.push(become(a.tenant));
  for (const { name, own, foreign, owner, mine, theirs } of subjects) {
    const there = tables.find((each) => each.name === name);
    const touch = quote(there?.columns.some((column) => column.name === 'updated_at') ? 'updated_at' : 'id');
    attempt('own', name, count(name, own));
    attempt('select', name, count(name, foreign));
    attempt('select-all', name, {
      sql: `select count(*)::int as rows from ${table(name)} where ${quote(owner)} = any($1)`,
      values: [name === users ? [b.tenant] : [b.user, b.spareUser]],
    });
    attempt('update', name, {
      sql: `update ${table(name)} set ${touch} = ${touch} where id = $1`,
      values: [foreign],
    });
    attempt('delete', name, { sql: `delete from ${table(name)} where id = $1`, values: [foreign] });
    // Without a condition a statement reads nothing, and the policies for reading do not protect what it changes.
    const ownRows = name === users ? 2 : 1;
    if (touch !== quote('id')) {
      const sql = `update ${table(name)} set ${touch} = '2026-01-05T09:00:00Z'`;
      attempt('update-all', name, { sql }, ownRows);
    }
    attempt('delete-all', name, { sql: `delete from ${table(name)}` }, ownRows);
    attempt('insert', name, insert(name, b.fresh, { [owner]: theirs }));
    attempt('move', name, {
      sql: `update ${table(name)} set ${quote(owner)} = $1 where id = $2`,
      values: [theirs, own],
    });
    attempt(
      'upsert',
      name,
      insert(
        name,
        foreign,
        { [owner]: mine },
        ` on conflict (id) do update set ${touch} = excluded.${touch}`,
      ),
    );
  }
  steps.push(become(''));
  for (const { name, own, foreign } of subjects) {
    attempt('empty', name, {
      sql: `select count(*)::int as rows from ${table(name)} where id = any($1)`,
      values: [[own, foreign]],
    });
  }
  steps.push(become(b.tenant));
  for (const { name, own, foreign } of subjects) {
    attempt('other-own', name, count(name, foreign));
    attempt('other-select', name, count(name, own));
  }
  steps.push({ sql: 'rollback' });
  return { steps, setup, attempts };
}

function exampleValue({ name, type, length, labels }: ScenarioTable['columns'][number], id: string): Json {
  if (labels?.[0] !== undefined) return labels[0];
  if (type === 'uuid') return id;
  if (type === 'boolean') return true;
  if (type.startsWith('timestamp') || type === 'date') return '2026-01-05T09:00:00Z';
  if (/^jsonb?$/.test(type)) return '{}';
  if (/^(smallint|integer|bigint|numeric|real|double precision)/.test(type)) return 1;
  // The end of the identifier is what differs.
  const text = /mail/i.test(name) ? `${id}@verify.invalid` : `${name}-${id}`;
  return length === null ? text : text.slice(-length);
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

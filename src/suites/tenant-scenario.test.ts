import { describe, expect, test } from 'vitest';
import { buildScenario, type ScenarioNames, type ScenarioTable, scenarioIds } from './tenant-scenario.ts';

const names: ScenarioNames = {
  schema: 'public',
  tenants: 'tenants',
  users: 'users',
  preferences: 'user_preferences',
  tenantColumn: 'tenant_id',
  userColumn: 'user_id',
  setting: 'app.current_tenant_id',
};
const column = (name: string, type: string, more: Partial<ScenarioTable['columns'][number]> = {}) => ({
  name,
  type,
  length: null,
  required: true,
  labels: null,
  ...more,
});
const updatedAt = column('updated_at', 'timestamp with time zone', { required: false });
const tables: ScenarioTable[] = [
  { name: 'tenants', columns: [column('slug', 'text')] },
  { name: 'users', columns: [column('tenant_id', 'uuid'), column('email', 'text'), updatedAt] },
  { name: 'user_preferences', columns: [updatedAt] },
];
const ids = scenarioIds('01890000-0000-7000-8000-000000000000');
const build = (over: Partial<ScenarioNames> = {}, described = tables) =>
  buildScenario({ ...names, ...over }, described, ids, 'app');
const kindsOf = (table: string, { attempts }: ReturnType<typeof build>) =>
  attempts.filter((each) => each.table === table).map(({ kind }) => kind);
/** What a row is made of, by column. */
const rowOf = (table: string, { steps }: ReturnType<typeof build>) => {
  const step = steps.find(({ sql }) => sql.startsWith(`insert into "public"."${table}"`))!;
  const columns = /\((.*?)\)/.exec(step.sql)![1]!.replaceAll('"', '').split(', ');
  return Object.fromEntries(columns.map((name, index) => [name, step.values?.[index]]));
};

describe('the rows of two tenants', () => {
  test('have identifiers of their own, of the form of the one that was given', () => {
    const all = [...Object.values(ids.a), ...Object.values(ids.b)];
    expect(new Set(all).size).toBe(10);
    for (const id of all) expect(id).toMatch(/^01890000-0000-7000-8000-0000000000[ab]\d$/);
  });

  test('are made before the role is taken, each as its own tenant', () => {
    const { steps, setup } = build();
    expect(steps.slice(0, setup).map(({ sql, values }) => [sql.split(' (')[0], values?.[0]])).toEqual([
      ['begin', undefined],
      ...[ids.a, ids.b].flatMap((rows) => [
        ['select set_config($1, $2, true)', 'app.current_tenant_id'],
        ['insert into "public"."tenants"', rows.tenant],
        ['insert into "public"."users"', rows.user],
        ['insert into "public"."users"', rows.spareUser],
        ['insert into "public"."user_preferences"', rows.preferences],
      ]),
      ['set local role "app"', undefined],
    ]);
  });

  test('have a value that fits in each column that must have one, and none elsewhere', () => {
    const described = tables.map((table) =>
      table.name !== 'users'
        ? table
        : {
            ...table,
            columns: [
              column('email', 'character varying', { length: 30 }),
              column('name', 'character varying', { length: 10 }),
              column('mood', 'mood', { labels: ['glad', 'sad'] }),
              column('born', 'date'),
              column('count', 'integer'),
              column('active', 'boolean'),
              column('extra', 'jsonb'),
              column('other', 'uuid'),
              updatedAt,
            ],
          },
    );
    const { user, tenant } = ids.a;
    expect(rowOf('users', build({}, described))).toEqual({
      id: user,
      tenant_id: tenant,
      // The end is what differs from row to row.
      email: `${user}@verify.invalid`.slice(-30),
      name: user.slice(-10),
      mood: 'glad',
      born: '2026-01-05T09:00:00Z',
      count: 1,
      active: true,
      extra: '{}',
      other: user,
    });
  });
});

describe('the attempts', () => {
  test('are every way to reach the rows of another tenant, on each table', () => {
    const scenario = build();
    for (const table of ['users', 'user_preferences']) {
      expect(kindsOf(table, scenario).toSorted()).toEqual(
        [
          ...['own', 'select', 'select-all', 'update', 'delete', 'update-all', 'delete-all'],
          ...['insert', 'move', 'upsert', 'empty', 'other-own', 'other-select'],
        ].toSorted(),
      );
    }
  });

  test('leave nothing to the next one, and all of it is rolled back', () => {
    const { steps, attempts } = build();
    for (const { index, step } of attempts) {
      expect(steps[index]).toBe(step);
      expect(steps[index - 1]).toEqual({ sql: 'savepoint attempt' });
      expect(steps[index + 1]).toEqual({ sql: 'rollback to savepoint attempt' });
    }
    expect(steps.at(-1)).toEqual({ sql: 'rollback' });
    expect(steps.filter(({ sql }) => /^commit/.test(sql))).toEqual([]);
  });

  test('are made as tenant A, then without one, then as tenant B', () => {
    const { steps, setup } = build();
    const became = steps.slice(setup).filter(({ sql }) => sql.startsWith('select set_config'));
    expect(became.map(({ values }) => values?.[1])).toEqual([ids.a.tenant, '', ids.b.tenant]);
  });

  test('aim at what is the other tenant’s', () => {
    const { attempts } = build();
    const valuesOf = (kind: string, table: string) =>
      attempts.find((each) => each.kind === kind && each.table === table)!.step.values;
    for (const kind of ['select', 'update', 'delete']) {
      expect(valuesOf(kind, 'users')).toEqual([ids.b.user]);
      expect(valuesOf(kind, 'user_preferences')).toEqual([ids.b.preferences]);
    }
    expect(valuesOf('move', 'users')).toEqual([ids.b.tenant, ids.a.user]);
    expect(valuesOf('insert', 'users')).toEqual(expect.arrayContaining([ids.b.fresh, ids.b.tenant]));
    // The identifier is the other's, the owner oneself: taken over, if it worked.
    expect(valuesOf('upsert', 'users')).toEqual(expect.arrayContaining([ids.b.user, ids.a.tenant]));
  });

  test('without a condition may touch one’s own rows, and no more', () => {
    const { attempts } = build();
    const own = attempts.filter(({ kind }) => kind.endsWith('-all') && kind !== 'select-all');
    expect(own.map(({ kind, table, own: rows }) => [table, kind, rows])).toEqual([
      ['users', 'update-all', 2],
      ['users', 'delete-all', 2],
      ['user_preferences', 'update-all', 1],
      ['user_preferences', 'delete-all', 1],
    ]);
    for (const { step } of own) expect(step.sql).not.toContain('where');
  });

  test('change the identifier where there is no time of the last change, and then never of all rows', () => {
    const scenario = build(
      {},
      tables.map((table) => ({ ...table, columns: table.columns.filter(({ required }) => required) })),
    );
    expect(kindsOf('users', scenario)).not.toContain('update-all');
    expect(scenario.attempts.find(({ kind }) => kind === 'update')!.step.sql).toBe(
      'update "public"."users" set "id" = "id" where id = $1',
    );
  });

  test('leave preferences out where the stack has none', () => {
    const { preferences: _, ...without } = names;
    const scenario = buildScenario(without, tables, ids, 'app');
    expect(new Set(scenario.attempts.map(({ table }) => table))).toEqual(new Set(['users']));
    expect(scenario.steps.some(({ sql }) => sql.includes('user_preferences'))).toBe(false);
  });
});

test('names are quoted wherever they come from', () => {
  const hostile = 'x"; drop table users; --';
  const described = tables.map((table) => (table.name === 'users' ? { ...table, name: hostile } : table));
  const { steps } = buildScenario({ ...names, schema: 'a"b', users: hostile }, described, ids, 'r"ole');
  const texts = steps.map(({ sql }) => sql);
  expect(texts).toContain('set local role "r""ole"');
  for (const sql of texts.filter((each) => each.includes('drop table'))) {
    expect(sql).toContain('"a""b"."x""; drop table users; --"');
  }
});

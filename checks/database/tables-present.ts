import { attempt, defineCheck, described, fact, option, strictMap, v } from '../../src/check/index.ts';
import {
  describeTable,
  type FoundTable,
  foundationalTables,
  judgeColumns,
  judgeKeys,
  type TableProblem,
  tableCatalogueQuery,
} from '../../src/suites/index.ts';

const name = v.union([v.string(), v.literal(false)]);

/**
 * Verifies that the foundational tables are there with their columns, keys and the indexes of their foreign keys. Types
 * are judged by family: `text` and `varchar` will do for a name, with and without time zone for a time.
 */
export default defineCheck({
  title: 'The foundational tables are present',
  failureTitle: 'The foundational tables are not complete',
  why: 'Every other table references tenants and users, and every request looks up its user there.',
  judges: 'postgres',
  after: ['database/connects'],
  needs: ['postgres'],
  uses: ['database'],
  tags: ['contract', 'schema'],
  options: {
    schema: option(v.string(), 'public', 'Schema of the tables'),
    tables: option(
      strictMap({
        tenants: described(v.optional(name, 'tenants'), 'Name of the table tenants'),
        users: described(v.optional(name, 'users'), 'Name of the table users'),
        user_preferences: described(
          v.optional(name, 'user_preferences'),
          'Name of the table user_preferences',
        ),
      }),
      { tenants: 'tenants', users: 'users', user_preferences: 'user_preferences' },
      'Names of the tables; false: the stack has no such table',
    ),
    identifierTypes: option(
      v.array(v.string()),
      ['uuid'],
      'Types that an identifier may have: uuid, character varying(36), text',
    ),
    withoutColumns: option(
      v.array(v.string()),
      [],
      'Columns of the contract that this stack does not have: "users.username"',
    ),
  },
  codes: {
    'table-missing': {
      headline: 'A foundational table is missing',
      means: 'a table does not exist',
      hint: 'create it in a migration of this database; is it in another schema? set the option schema',
    },
    'column-missing': {
      headline: 'A foundational table lacks a column',
      means: 'a table lacks a column',
      hint: 'add it in a migration of this database: alter table … add column …',
    },
    'wrong-type': {
      headline: 'A column has another type than the contract requires',
      means: 'a column has a type of another family',
      hint: 'change it in a migration; or set the option identifierTypes',
    },
    'key-missing': {
      headline: 'A foundational table lacks a key',
      means: 'a primary, foreign or unique key is missing',
      hint: 'add it in a migration of this database: alter table … add constraint …; or: validate constraint …',
    },
    'index-missing': {
      headline: 'A foundational table lacks an index',
      means: 'the column of a foreign key has no index',
      hint: 'create index concurrently … on …',
    },
    'query-failed': {
      headline: 'The tables cannot be read',
      means: 'the catalogue cannot be read',
      hint: 'meatymusic verify database/connects',
    },
  },
  sabotage: [
    {
      name: 'a table is renamed',
      code: 'table-missing',
      kind: 'sql',
      break: ['alter table user_preferences rename to user_preferences_away'],
      restore: ['alter table user_preferences_away rename to user_preferences'],
    },
    {
      name: 'a column is renamed',
      code: 'column-missing',
      kind: 'sql',
      break: ['alter table users rename column last_login_at to last_seen_at'],
      restore: ['alter table users rename column last_seen_at to last_login_at'],
    },
    {
      name: 'a flag becomes a text',
      code: 'wrong-type',
      kind: 'sql',
      break: [
        'alter table tenants alter column is_trial drop default',
        'alter table tenants alter column is_trial type text',
      ],
      restore: [
        'alter table tenants alter column is_trial type boolean using is_trial::boolean',
        'alter table tenants alter column is_trial set default false',
      ],
    },
    {
      name: 'e-mail addresses are no longer unique',
      code: 'key-missing',
      kind: 'sql',
      break: ['alter table users drop constraint users_email_key'],
      restore: ['alter table users add constraint users_email_key unique (email)'],
    },
    {
      name: 'the index of a foreign key is dropped',
      code: 'index-missing',
      kind: 'sql',
      break: ['drop index users_tenant_id_idx'],
      restore: ['create index users_tenant_id_idx on users (tenant_id)'],
    },
  ],
  async run({ postgres, options, pass, fail }) {
    const wanted = Object.entries(foundationalTables).flatMap(([key, table]) => {
      const name = options.tables[key as keyof typeof foundationalTables];
      return name === false ? [] : [{ ...table, key, name }];
    });
    const expected = `${wanted.map(({ name }) => name).join(', ')} as the contract has them`;
    const { value, failure } = await attempt(
      postgres.query({ sql: tableCatalogueQuery, values: [options.schema, wanted.map(({ name }) => name)] }),
    );
    if (failure) return fail('query-failed', { expected, actual: failure.message });
    const found = new Map(value.rows.map((row) => [String(row.name), row as unknown as FoundTable]));
    const evidence = value.rows.map((row) =>
      fact(String(row.name), describeTable(row as unknown as FoundTable)),
    );
    const nameOf = (key: string) => options.tables[key as keyof typeof foundationalTables];

    const problems: TableProblem[] = [];
    for (const table of wanted) {
      const there = found.get(table.name);
      if (!there) {
        problems.push({ code: 'table-missing', text: `${options.schema}.${table.name} does not exist` });
        continue;
      }
      const has = (column: string) => !options.withoutColumns.includes(`${table.key}.${column}`);
      problems.push(...judgeColumns(table.name, table.columns, there, has, options.identifierTypes));
      problems.push(...judgeKeys(table.name, table, there, has, nameOf));
    }
    const first = problems[0];
    if (first) {
      return fail(first.code, { expected, actual: problems.map(({ text }) => text).join('; '), evidence });
    }
    const tables = [...found.values()];
    const count = (pick: (table: FoundTable) => unknown[]) =>
      tables.reduce((sum, table) => sum + pick(table).length, 0);
    return pass(
      `${tables.length} tables with columns, keys and indexes`,
      [
        { count: tables.length, what: 'tables' },
        { count: count((table) => Object.keys(table.columns)), what: 'columns' },
        { count: count((table) => [...table.uniques, ...table.foreign]), what: 'keys' },
      ],
      evidence,
    );
  },
});

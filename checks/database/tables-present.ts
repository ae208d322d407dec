import { attempt, defineCheck, fact, type Json, option, strictMap, v } from '../../src/check/index.ts';

const name = v.union([v.string(), v.literal(false)]);

/**
 * Verifies that the foundational tables are there with their columns, keys and the indexes of their foreign keys. Types
 * are judged by family: `text` and `varchar` will do for a name, with and without time zone for a time.
 */
export default defineCheck({
  title: 'The foundational tables are present',
  failureTitle: 'The foundational tables are not complete',
  why: 'Every later table hangs on tenants and users, and every request looks up its user there.',
  after: ['database/connects'],
  needs: ['postgres'],
  uses: ['database'],
  tags: ['contract', 'schema'],
  options: {
    schema: option(v.string(), 'public', 'Schema of the tables'),
    tables: option(
      strictMap({
        tenants: v.optional(name, 'tenants'),
        users: v.optional(name, 'users'),
        user_preferences: v.optional(name, 'user_preferences'),
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
      means: 'a table does not exist',
      hint: 'meatymusic migrate status; meatymusic migrate up',
    },
    'column-missing': {
      means: 'a table lacks a column',
      hint: 'add it in a migration: meatymusic migrate create',
    },
    'wrong-type': {
      means: 'a column has a type of another family',
      hint: 'change it in a migration; or set the option identifierTypes',
    },
    'key-missing': {
      means: 'a primary, foreign or unique key is missing',
      hint: 'add it in a migration: alter table … add constraint …',
    },
    'index-missing': {
      means: 'the column of a foreign key has no index',
      hint: 'create index concurrently, in a migration with noTransaction',
    },
    'query-failed': { means: 'the catalogue cannot be read', hint: 'meatymusic verify database/connects' },
  },
  sabotage: [
    {
      name: 'a table is renamed',
      code: 'table-missing',
      kind: 'sql',
      break: ['alter table user_preferences rename to user_preferences_away'],
      mend: ['alter table user_preferences_away rename to user_preferences'],
    },
    {
      name: 'a column is renamed',
      code: 'column-missing',
      kind: 'sql',
      break: ['alter table users rename column last_login_at to last_seen_at'],
      mend: ['alter table users rename column last_seen_at to last_login_at'],
    },
    {
      name: 'a flag becomes a text',
      code: 'wrong-type',
      kind: 'sql',
      break: [
        'alter table tenants alter column is_trial drop default',
        'alter table tenants alter column is_trial type text',
      ],
      mend: [
        'alter table tenants alter column is_trial type boolean using is_trial::boolean',
        'alter table tenants alter column is_trial set default false',
      ],
    },
    {
      name: 'e-mail addresses are no longer unique',
      code: 'key-missing',
      kind: 'sql',
      break: ['alter table users drop constraint users_email_key'],
      mend: ['alter table users add constraint users_email_key unique (email)'],
    },
    {
      name: 'the index of a foreign key is dropped',
      code: 'index-missing',
      kind: 'sql',
      break: ['drop index users_tenant_id_idx'],
      mend: ['create index users_tenant_id_idx on users (tenant_id)'],
    },
  ],
  async run({ postgres, options, pass, fail }) {
    const wanted = Object.entries(contract).flatMap(([key, table]) => {
      const name = options.tables[key as keyof typeof contract];
      return name === false ? [] : [{ ...table, key, name }];
    });
    const expected = `${wanted.map(({ name }) => name).join(', ')} as the contract has them`;
    const { value, failure } = await attempt(
      postgres.query({ sql: catalogue, values: [options.schema, wanted.map(({ name }) => name)] }),
    );
    if (failure) return fail('query-failed', { expected, actual: failure.message });
    const found = new Map(value.rows.map((row) => [String(row.name), row as unknown as FoundTable]));
    const evidence = value.rows.map((row) => fact(String(row.name), describe(row as unknown as FoundTable)));
    const nameOf = (key: string) => options.tables[key as keyof typeof contract];

    const problems: Problem[] = [];
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

type Family = 'id' | 'text' | 'flag' | 'time' | 'json';

interface TableContract {
  columns: Record<string, Family>;
  unique: string[];
  /** Column → key of the table that it points at. */
  foreign: Record<string, string>;
}

const contract: Record<'tenants' | 'users' | 'user_preferences', TableContract> = {
  tenants: {
    columns: {
      ...{
        id: 'id',
        name: 'text',
        display_name: 'text',
        slug: 'text',
        description: 'text',
        is_active: 'flag',
      },
      ...{ is_trial: 'flag', trial_ends_at: 'time', created_at: 'time', updated_at: 'time' },
    },
    unique: ['slug'],
    foreign: {},
  },
  users: {
    columns: {
      ...{ id: 'id', tenant_id: 'id', clerk_user_id: 'text', email: 'text', username: 'text' },
      ...{ first_name: 'text', last_name: 'text', is_active: 'flag', email_verified: 'flag' },
      ...{ last_login_at: 'time', created_at: 'time', updated_at: 'time' },
    },
    unique: ['clerk_user_id', 'email', 'username'],
    foreign: { tenant_id: 'tenants' },
  },
  user_preferences: {
    columns: { id: 'id', user_id: 'id', preferences: 'json', created_at: 'time', updated_at: 'time' },
    unique: ['user_id'],
    foreign: { user_id: 'users' },
  },
};

const families: Record<Exclude<Family, 'id'>, RegExp> = {
  text: /^(text|character varying|character|citext|name)\b/,
  flag: /^boolean$/,
  time: /^timestamp/,
  json: /^jsonb?$/,
};

interface FoundTable {
  name: string;
  /** Name → type. */
  columns: Record<string, string>;
  primary: string[];
  /** Unique keys and unique indexes without a condition: their columns. */
  uniques: string[][];
  foreign: { column: string; table: string }[];
  /** First columns of the valid indexes. */
  indexed: string[];
}

type Code = 'table-missing' | 'column-missing' | 'wrong-type' | 'key-missing' | 'index-missing';
interface Problem {
  code: Code;
  text: string;
}

function judgeColumns(
  table: string,
  columns: Record<string, Family>,
  found: FoundTable,
  has: (column: string) => boolean,
  identifierTypes: readonly string[],
): Problem[] {
  const wanted = Object.entries(columns).filter(([column]) => has(column));
  const missing = wanted
    .filter(([column]) => !Object.hasOwn(found.columns, column))
    .map(([column]) => column);
  const wrong = wanted.flatMap(([column, family]) => {
    const type = found.columns[column];
    if (type === undefined) return [];
    const fits = family === 'id' ? identifierTypes.includes(type) : families[family].test(type);
    const wish = family === 'id' ? identifierTypes.join(' or ') : family;
    return fits ? [] : [{ code: 'wrong-type' as const, text: `${table}.${column} is ${type}, not ${wish}` }];
  });
  return [
    ...(missing.length > 0
      ? [{ code: 'column-missing' as const, text: `${table} lacks ${missing.join(', ')}` }]
      : []),
    ...wrong,
  ];
}

function judgeKeys(
  table: string,
  wanted: TableContract,
  found: FoundTable,
  has: (column: string) => boolean,
  nameOf: (key: string) => string | false | undefined,
): Problem[] {
  const key = (text: string): Problem => ({ code: 'key-missing', text });
  const problems: Problem[] = [];
  if (found.primary.join() !== 'id') problems.push(key(`${table} has no primary key on id`));
  for (const column of wanted.unique.filter(has)) {
    if (!found.uniques.some((columns) => columns.join() === column)) {
      problems.push(key(`${table}.${column} is not unique`));
    }
  }
  for (const [column, target] of Object.entries(wanted.foreign).filter(([name]) => has(name))) {
    const targetTable = nameOf(target);
    if (targetTable === false) continue;
    if (!found.foreign.some((foreign) => foreign.column === column && foreign.table === targetTable)) {
      problems.push(key(`${table}.${column} is no foreign key to ${targetTable}`));
    }
    if (!found.indexed.includes(column)) {
      problems.push({ code: 'index-missing', text: `${table}.${column} has no index` });
    }
  }
  return problems;
}

function describe({ columns, primary, uniques, foreign, indexed }: FoundTable): string {
  const parts: Record<string, Json> = {
    columns: Object.entries(columns)
      .map(([name, type]) => `${name} ${type}`)
      .join(', '),
    'primary key': primary.join(', '),
    unique: uniques.map((each) => each.join('+')).join(', '),
    'foreign keys': foreign.map(({ column, table }) => `${column} → ${table}`).join(', '),
    'indexed first': indexed.join(', '),
  };
  return Object.entries(parts)
    .filter(([, text]) => text !== '')
    .map(([label, text]) => `${label}: ${text}`)
    .join('; ');
}

const catalogue = `
  select c.relname::text as name,
    (select json_object_agg(a.attname, format_type(a.atttypid, a.atttypmod))
       from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
    (select coalesce(json_agg(a.attname order by k.position), '[]')
       from pg_constraint p, unnest(p.conkey) with ordinality as k (number, position)
       join pg_attribute a on a.attnum = k.number and a.attrelid = c.oid
      where p.conrelid = c.oid and p.contype = 'p') as "primary",
    (select coalesce(json_agg(distinct u.columns::text[]), '[]')
       from (select array_agg(a.attname order by k.position) as columns
               from pg_index i, unnest(i.indkey::int2[]) with ordinality as k (number, position)
               join pg_attribute a on a.attnum = k.number and a.attrelid = c.oid
              where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and k.position <= i.indnkeyatts
              group by i.indexrelid) u) as uniques,
    (select coalesce(json_agg(json_build_object('column', a.attname, 'table', t.relname)), '[]')
       from pg_constraint f join pg_class t on t.oid = f.confrelid
       join pg_attribute a on a.attrelid = c.oid and a.attnum = f.conkey[1]
      where f.conrelid = c.oid and f.contype = 'f' and cardinality(f.conkey) = 1) as foreign,
    (select coalesce(json_agg(distinct a.attname), '[]')
       from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
      where i.indrelid = c.oid and i.indisvalid and i.indpred is null) as indexed
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relkind in ('r', 'p') and c.relname = any($2::text[])
  order by 1`;

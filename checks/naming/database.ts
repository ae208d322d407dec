import { attempt, defineCheck, fact, option, v } from '../../src/check/index.ts';

/** Verifies that the database, its schemas and its tables are named by the rule: lower case, snake_case, `meatymusic`. */
export default defineCheck({
  title: 'The database name follows the naming convention',
  failureTitle: 'The database name breaks the naming convention',
  why: 'A name with capital letters must be quoted everywhere, and sooner or later is not.',
  judges: 'postgres',
  after: ['database/connects'],
  needs: ['postgres'],
  uses: ['database'],
  tags: ['contract', 'naming'],
  options: {
    name: option(v.string(), '', 'Name of the database; default: the configured one'),
    pattern: option(
      v.string(),
      '^[a-z][a-z0-9_]*$',
      'Regular expression of the naming rule for tables and columns',
    ),
  },
  codes: {
    'query-failed': {
      headline: 'The name of the database cannot be read',
      means: 'the catalogue, or the name of the database, cannot be read',
      hint: 'meatymusic verify database/connects',
    },
    'other-name': {
      headline: 'The database has a different name than configured',
      means: 'the connection leads to a database with another name',
      hint: 'compare DATABASE_URL with POSTGRES_DB',
    },
    'against-the-rule': {
      headline: 'The database name breaks the naming convention',
      means: 'a name breaks the naming rule',
      hint: 'rename it in a migration: lower case, snake_case',
    },
  },
  sabotage: [
    {
      name: 'a table has capitals',
      code: 'against-the-rule',
      kind: 'sql',
      break: ['create table "MeatyMusicSongs" (id int)'],
      restore: ['drop table "MeatyMusicSongs"'],
    },
    {
      name: 'another name is expected',
      code: 'other-name',
      kind: 'options',
      set: { name: 'meatymusic_other' },
    },
  ],
  async run({ postgres, stack, options, pass, fail }) {
    const wanted = options.name || stack.services.database.name;
    const { value, failure } = await attempt(
      postgres.query({
        sql: `select current_database()::text as database, table_schema || '.' || table_name as "table", column_name::text as "column"
              from information_schema.columns
              where table_schema not in ('pg_catalog', 'information_schema') order by 2, 3`,
      }),
    );
    const expected = `a database ${wanted}, its tables and columns in snake_case`;
    if (failure) return fail('query-failed', { expected, actual: failure.message });
    const own = await attempt(postgres.query({ sql: 'select current_database()::text as database' }));
    if (own.failure) return fail('query-failed', { expected, actual: own.failure.message });
    const name = String(own.value.rows[0]?.database ?? '');
    const evidence = [fact('database', name), fact('columns', String(value.rowCount))];
    if (name !== wanted) return fail('other-name', { expected, actual: `it is "${name}"`, evidence });
    const rule = new RegExp(options.pattern);
    const parts = value.rows.flatMap((row) => [...String(row.table).split('.'), String(row.column)]);
    const wrong = [...new Set([name, ...parts].filter((part) => !rule.test(part)))];
    if (wrong.length > 0) {
      return fail('against-the-rule', { expected, actual: wrong.slice(0, 10).join(', '), evidence });
    }
    return pass(
      `${name}, and ${value.rowCount} columns`,
      { count: value.rowCount + 1, what: 'names' },
      evidence,
    );
  },
});

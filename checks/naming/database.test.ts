import { describe, expect, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { answers } from '../../src/testing/stub-probes.ts';
import database from './database.ts';

type Rows = Record<string, string>[];

const rowsOf = (rows: Rows) => ({ rows, rowCount: rows.length, durationMs: 1 });

const queries = (columns: Rows | Error, name: string | Error) => ({
  postgres: {
    query: answers<ReturnType<typeof rowsOf>>(
      [
        {
          sql: /table_schema \|\| '\.' \|\| table_name as "table".* as "column"\s+from information_schema\.columns\s+where table_schema not in \('pg_catalog', 'information_schema'\)/,
        },
        columns instanceof Error ? columns : rowsOf(columns),
      ],
      [
        { sql: 'select current_database()::text as database' },
        name instanceof Error ? name : rowsOf(name === '' ? [] : [{ database: name }]),
      ],
    ),
  },
});

const catalogue = (name: string, table: string, column: string) =>
  queries([{ database: name, table: `public.${table}`, column }], name);

testCheck(
  database,
  {
    passes: [
      {
        when: 'everything is in snake_case',
        probes: catalogue('meatymusic', 'user_preferences', 'user_id'),
        summary: 'meatymusic, and 1 columns',
      },
      { when: 'the database is empty', probes: queries([], 'meatymusic') },
      {
        when: 'the options name the database and the rule',
        options: { name: 'Songs', pattern: '^[A-Za-z]+$' },
        probes: catalogue('Songs', 'Users', 'Id'),
      },
    ],
    fails: [
      {
        when: 'the query fails',
        code: 'query-failed',
        probes: queries(new ProbeError('42501', 'permission denied'), 'meatymusic'),
        actual: 'permission denied',
      },
      {
        when: 'the database does not report its name',
        code: 'query-failed',
        probes: queries([], new ProbeError('57P01', 'terminating connection')),
        actual: 'terminating connection',
      },
      {
        when: 'the name is empty',
        code: 'other-name',
        probes: queries([], ''),
        actual: 'it is ""',
      },
      {
        when: 'the name of a schema has capitals',
        code: 'against-the-rule',
        probes: queries([{ table: 'Songs.users', column: 'id' }], 'meatymusic'),
        actual: 'Songs',
      },
      {
        when: 'many names break the rule, once each',
        code: 'against-the-rule',
        probes: queries(
          Array.from({ length: 24 }, (_, index) => ({ table: 'public.users', column: `C${index % 12}` })),
          'meatymusic',
        ),
        actual: 'C0, C1, C2, C3, C4, C5, C6, C7, C8, C9',
      },
      { when: 'it is another database', code: 'other-name', probes: catalogue('other', 'users', 'id') },
      {
        when: 'a table has capitals',
        code: 'against-the-rule',
        probes: catalogue('meatymusic', 'MeatyMusicSongs', 'id'),
        actual: 'MeatyMusicSongs',
      },
      {
        when: 'a column has a hyphen',
        code: 'against-the-rule',
        probes: catalogue('meatymusic', 'users', 'user-id'),
      },
    ],
  },
  { describe, it },
);

it('shows the name and the number of columns', async () => {
  const labels = await evidenceLabels(database, { probes: catalogue('other', 'users', 'id') });
  expect(labels).toEqual(['other-name', 'database', 'columns']);
});

import { describe, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import database from './database.ts';

const catalogue = (name: string, table: string, column: string) => ({
  postgres: {
    query: { rows: [{ database: name, table: `public.${table}`, column }], rowCount: 1, durationMs: 1 },
  },
});

testCheck(
  database,
  {
    passes: [
      { when: 'everything is in snake_case', probes: catalogue('meatymusic', 'user_preferences', 'user_id') },
    ],
    fails: [
      {
        when: 'the query fails',
        code: 'query-failed',
        probes: { postgres: { query: new ProbeError('42501', 'permission denied') } },
      },
      {
        when: 'the database does not say its name',
        code: 'query-failed',
        probes: {
          postgres: {
            query: ({ sql }: { sql: string }) => {
              if (!sql.includes('information_schema'))
                throw new ProbeError('57P01', 'terminating connection');
              return catalogue('meatymusic', 'users', 'id').postgres.query;
            },
          },
        },
        actual: 'terminating connection',
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

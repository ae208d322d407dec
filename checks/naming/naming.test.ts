import { describe, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { answering, refused, response } from '../../src/testing/responses.ts';
import configuration from './configuration.ts';
import database from './database.ts';
import serviceName from './service-name.ts';

const runner = { describe, it };

testCheck(
  serviceName,
  {
    passes: [
      { when: 'it is the configured name', probes: answering(response(200, { service: 'meatymusic-api' })) },
      {
        when: 'the API is below a base path',
        stack: { services: { api: { url: 'http://localhost:8000/v1' } } },
        probes: answering(({ url }) =>
          url.includes('8000/v1/') ? response(200, { service: 'meatymusic-api' }) : response(404),
        ),
      },
    ],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: answering(refused) },
      { when: 'it says nothing', code: 'no-name', probes: answering(response(200, { status: 'ok' })) },
      { when: 'it is no JSON', code: 'no-name', probes: answering(response(200, 'ok')) },
      {
        when: 'it has another name',
        code: 'other-name',
        probes: answering(response(200, { service: 'meatymusic-web' })),
      },
      {
        when: 'it has capitals',
        code: 'against-the-rule',
        probes: answering(response(200, { service: 'MeatyMusic-API' })),
      },
    ],
  },
  runner,
);

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
  runner,
);

testCheck(
  configuration,
  {
    passes: [
      {
        when: 'all names follow the rule',
        probes: {},
        summary: 'meatymusic-api, meatymusic-web, meatymusic',
      },
    ],
    fails: [
      {
        when: 'a service has capitals',
        code: 'against-the-rule',
        probes: {},
        stack: { services: { api: { serviceName: 'MeatyMusic' } } },
      },
      {
        when: 'the database is in kebab-case',
        code: 'against-the-rule',
        probes: {},
        stack: { services: { database: { name: 'meatymusic-dev' } } },
      },
    ],
  },
  runner,
);

import { attempt, defineCheck, fact, option, v } from '../../src/check/index.ts';

/** Verifies that PostgreSQL lets us in and answers a query on its port: an open port alone proves nothing. */
export default defineCheck({
  title: 'PostgreSQL accepts connections and queries',
  failureTitle: 'PostgreSQL does not accept connections and queries',
  why: 'All data of the services is stored there.',
  judges: 'postgres',
  needs: ['postgres'],
  uses: ['database'],
  tags: ['contract'],
  options: {
    writable: option(
      v.boolean(),
      true,
      'Whether the database must accept writes: a replica or a read-only database then fails',
    ),
  },
  codes: {
    unreachable: {
      headline: 'Nothing answers at the address of PostgreSQL',
      means: 'nothing answers at its address, or not in time',
      hint: 'meatymusic status; meatymusic logs database',
    },
    refused: {
      headline: 'PostgreSQL refuses the user or the password',
      means: 'user or password are not accepted',
      hint: 'compare user and password in DATABASE_URL with those of the server',
    },
    'database-missing': {
      headline: 'The database does not exist',
      means: 'the server has no database of this name',
      hint: 'compare DATABASE_URL with POSTGRES_DB, or create it: createdb',
    },
    busy: {
      headline: 'PostgreSQL accepts no more connections',
      means: 'the server has no connection left, or is starting or stopping',
      hint: 'select count(*), application_name from pg_stat_activity group by 2; max_connections is the limit',
    },
    'query-failed': {
      headline: 'PostgreSQL accepts the connection, but the query fails',
      means: 'a simple query fails',
      hint: 'meatymusic logs database --since 5m',
    },
    'read-only': {
      headline: 'The database is read-only',
      means: 'the database accepts no writes',
      hint: 'is it a replica? show default_transaction_read_only; select pg_is_in_recovery()',
    },
  },
  sabotage: [
    { name: 'PostgreSQL is stopped', code: 'unreachable', kind: 'stop', service: 'database' },
    ...(
      [
        ['the password is wrong', 'refused', '28P01'],
        ['there is no such database', 'database-missing', '3D000'],
        ['all connections are taken', 'busy', '53300'],
        ['it fails inside', 'query-failed', 'XX000'],
      ] as const
    ).map(([name, code, sqlstate]) => ({
      name,
      code,
      kind: 'canned' as const,
      service: 'database',
      sqlstate,
    })),
  ],
  async run({ postgres, stack, options, pass, fail }) {
    const { host, port, name } = stack.services.database;
    const expected = `a query is answered by ${name} on ${host}:${port}`;
    const { value, failure } = await attempt(
      postgres.query({
        sql: `select 6 * 7 as answer, current_database()::text as database, current_user::text as "user",
                     current_setting('server_version') as version,
                     pg_is_in_recovery() or current_setting('default_transaction_read_only')::bool as "readOnly"`,
      }),
    );
    if (failure) {
      return fail(codeFor(failure.code), {
        expected,
        actual: failure.message,
        evidence: [fact('error', failure.code)],
      });
    }
    const row = value.rows[0] ?? {};
    const evidence = ['database', 'user', 'version'].map((label) => fact(label, String(row[label])));
    if (row.answer !== 42) {
      return fail('query-failed', { expected: '6 * 7 is 42', actual: `it is ${row.answer}`, evidence });
    }
    if (row.readOnly && options.writable) {
      return fail('read-only', {
        expected: 'a database that takes writes',
        actual: 'it is read-only',
        evidence,
      });
    }
    return pass(
      `PostgreSQL ${row.version}, ${row.database} as ${row.user}, in ${Math.round(value.durationMs)} ms`,
      { count: 1, what: 'query' },
      evidence,
    );
  },
});

function codeFor(code: string) {
  if (code === '28P01' || code === '28000' || code === 'CLEARTEXT_PASSWORD_REFUSED') return 'refused';
  if (code === '3D000') return 'database-missing';
  if (code === '53300' || code.startsWith('57P0')) return 'busy';
  return /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code) ? 'query-failed' : 'unreachable';
}

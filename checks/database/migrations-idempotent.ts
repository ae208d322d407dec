import { attempt, counted, defineCheck, fact, unjudgedMigrations } from '../../src/check/index.ts';

/** Errors of the connection, after which nothing is known about the migrations. */
const connectionErrors = [
  'database-unreachable',
  'database-lost',
  'database-refused',
  'database-missing',
  'database-starting',
  'too-many-connections',
];

function codeOfFailure(code: string): 'timeout' | 'unreachable' | 'failed' {
  if (code === 'TIMEOUT' || code === 'migration-timeout') return 'timeout';
  return connectionErrors.includes(code) ? 'unreachable' : 'failed';
}

/** Verifies that migrating once more changes nothing: it runs the migrator again and compares schema and history. */
export default defineCheck({
  title: 'A second run of the migrations changes nothing',
  failureTitle: 'A second run of the migrations changes something',
  why: 'Every replica migrates when it starts; only the first run may change anything.',
  after: ['database/migrations-at-head'],
  needs: ['migrations'],
  uses: ['database'],
  // It takes the migrator's lock and writes nothing; where it would have to write, that is the failure.
  effects: 'temporary',
  tags: ['contract', 'migrations'],
  timeoutMs: 60_000,
  codes: {
    pending: {
      headline: 'Migrations are pending, and a second run would apply them',
      means: 'the first run has not happened yet',
      hint: 'meatymusic migrate up',
    },
    'ran-again': {
      headline: 'A second run applies migrations again',
      means: 'the second run applied migrations',
      hint: 'meatymusic migrate status',
    },
    changed: {
      headline: 'A second run changes the schema',
      means: 'schema or history differ after the second run',
      hint: 'meatymusic migrate verify',
    },
    timeout: {
      headline: 'The second run of the migrations does not end in time',
      means: 'the second run did not end within the time limit of the check',
      hint: 'meatymusic verify database/migrations-idempotent --timeout 2m; does a statement wait for a lock? meatymusic logs database',
    },
    unreachable: {
      headline: 'The database cannot be reached for the second run',
      means: 'the connection to the database failed or was lost',
      hint: 'meatymusic verify database/connects',
    },
    failed: {
      headline: 'The second run of the migrations fails',
      means: 'the second run failed',
      hint: 'meatymusic migrate up',
    },
  },
  sabotage: [
    {
      name: 'the history is gone',
      code: 'pending',
      kind: 'sql',
      break: ['alter table kysely_migration rename to kysely_migration_away'],
      restore: ['alter table kysely_migration_away rename to kysely_migration'],
    },
  ],
  async run({ migrations, pass, fail, skip }) {
    const expected = 'a second run that applies and changes nothing';
    const { value, failure } = await attempt(migrations.secondRun());
    const enable = failure && unjudgedMigrations[failure.code];
    if (enable) return skip(failure.message, enable);
    if (failure) {
      const { code, message: actual } = failure;
      return fail(codeOfFailure(code), { expected, actual, evidence: [fact('error', code)] });
    }
    const { pending, ran, changes, objects, entries } = value;
    if (pending.length > 0) return fail('pending', { expected, actual: `pending: ${pending.join(', ')}` });
    if (ran.length > 0) return fail('ran-again', { expected, actual: `it applied ${ran.join(', ')}` });
    if (changes.length > 0) {
      const evidence = changes.slice(0, 20).map((line, index) => fact(`change ${index + 1}`, line));
      return fail('changed', { expected, actual: `${changes.length} changes`, evidence });
    }
    return pass(
      `nothing to do; ${counted(objects, 'object')} and ${counted(entries, 'entry', 'entries')} of the history are the same`,
      [
        { count: objects, what: 'objects of the schema' },
        ...(entries > 0 ? [{ count: entries, what: 'entries of the history' }] : []),
      ],
    );
  },
});

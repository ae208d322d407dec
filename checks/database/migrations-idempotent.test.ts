import { describe, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import check from './migrations-idempotent.ts';

const secondRun = (over: object = {}) => ({
  migrations: { secondRun: { pending: [], ran: [], changes: [], objects: 30, entries: 2, ...over } },
});

testCheck(
  check,
  {
    passes: [{ when: 'nothing changes', probes: secondRun(), summary: /^nothing to do; 30 objects/ }],
    fails: [
      { when: 'something is pending', code: 'pending', probes: secondRun({ pending: ['2_b'] }) },
      { when: 'it applies something again', code: 'ran-again', probes: secondRun({ ran: ['1_a'] }) },
      {
        when: 'an index comes out of it',
        code: 'changed',
        probes: secondRun({ changes: ['+ index public.i'] }),
      },
      ...(
        [
          ['the time of the check is over', 'TIMEOUT', 'timeout'],
          ['the command does not end in time', 'migration-timeout', 'timeout'],
          ['the connection is lost', 'database-lost', 'unreachable'],
          ['there are too many connections', 'too-many-connections', 'unreachable'],
          ['the command fails', 'migration-failed', 'failed'],
        ] as const
      ).map(([when, error, code]) => ({
        when,
        code,
        probes: { migrations: { secondRun: new ProbeError(error, when) } },
        actual: when,
      })),
    ],
    skips: [
      {
        when: 'another migrator holds the lock',
        probes: {
          migrations: {
            secondRun: new ProbeError('migration-locked', 'another migrator holds the lock: pid 7'),
          },
        },
        reason: /pid 7/,
        enable: /once the other migrator has ended/,
      },
      {
        when: 'migrations are switched off',
        probes: { migrations: { secondRun: new ProbeError('MIGRATIONS_OFF', 'switched off') } },
      },
      {
        when: 'the stack has no migrations',
        probes: { migrations: { secondRun: new ProbeError('no-migrations', 'no migrations configured') } },
        reason: 'no migrations configured',
      },
      {
        when: 'another tool migrates the database',
        probes: {
          migrations: {
            secondRun: new ProbeError('migrated-by-another-tool', 'migrated by Alembic, at 1975ea'),
          },
        },
        reason: 'migrated by Alembic, at 1975ea',
      },
    ],
  },
  { describe, it },
);

import { describe, expect, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck, verdictOf } from '../../src/check/tester.ts';
import { evidenceTexts } from '../../src/testing/evidence-labels.ts';
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

it('counts objects, and the entries of a history that has some', async () => {
  const objects = { count: 30, what: 'objects of the schema' };
  const counts = async (entries: number) => {
    const verdict = await verdictOf(check, { probes: secondRun({ entries }) });
    return verdict.status === 'pass' && verdict.examined;
  };
  expect(await counts(2)).toEqual([objects, { count: 2, what: 'entries of the history' }]);
  expect(await counts(0)).toEqual([objects]);
});

it('has up to twenty changes, and the error, as evidence', async () => {
  const changes = Array.from({ length: 25 }, (_, at) => `+ index ${at + 1}`);
  const shown = await evidenceTexts(check, { probes: secondRun({ changes }) });
  expect([shown.length, shown[0], shown.at(-1)]).toEqual([
    20,
    'change 1: + index 1',
    'change 20: + index 20',
  ]);
  const broken = { migrations: { secondRun: new ProbeError('migration-failed', 'it exists') } };
  expect(await evidenceTexts(check, { probes: broken })).toEqual(['error: migration-failed']);
});

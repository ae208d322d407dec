import { describe, expect, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck, verdictOf } from '../../src/check/tester.ts';
import { evidenceOf, evidenceTexts } from '../../src/testing/evidence-labels.ts';
import check from './migrations-at-head.ts';

const head = {
  folder: '/app/migrations',
  applied: ['1_a', '2_b'],
  pending: [],
  edited: [],
  missing: [],
  outOfOrder: [],
};
const noDrift = { available: true, differences: [] as string[], objects: 30 };
const migrations = (state: object = {}, drift: object = {}) => ({
  migrations: { state: { ...head, ...state }, drift: { ...noDrift, ...drift } },
});
const byCommand = { command: 'tool up', description: 'migrated by Alembic, at a' };
const drifted = migrations({}, { differences: ['+ column public.tenants.added text'] });

testCheck(
  check,
  {
    passes: [
      { when: 'all are applied', probes: migrations(), summary: '2 applied, head 2_b; no drift' },
      {
        when: 'no schema was recorded',
        probes: migrations({}, { available: false, objects: 0, enable: 'the next migration records it' }),
        summary: '2 applied, head 2_b; drift not judged',
      },
      {
        when: 'compiled files are compared with applied sources',
        probes: migrations({ notCompared: ['1_a'] }),
        summary: /head 2_b; content of 1 migration not compared/,
      },
      {
        when: 'the check of a command finds nothing pending',
        probes: migrations({
          byCommand: { ...byCommand, check: { command: 'tool check', exitCode: 0, lines: [] } },
        }),
        summary: 'migrated by Alembic, at a; tool check found nothing pending; drift is not judged',
      },
      {
        when: 'three are applied',
        probes: migrations({ applied: ['1_a', '2_b', '3_c'] }),
        summary: /head 3_c/,
      },
      { when: 'the lock file fits', probes: migrations({ lockFileDifferences: [] }) },
      { when: 'drift does not matter', probes: drifted, options: { drift: false } },
      { when: 'the drift is allowed', probes: drifted, options: { ignore: ['^column public\\.tenants\\.'] } },
    ],
    fails: [
      { when: 'there are none', code: 'none-found', probes: migrations({ applied: [] }) },
      {
        when: 'one is pending',
        code: 'pending',
        probes: migrations({ pending: ['3_c'] }),
        actual: 'pending: 3_c',
      },
      { when: 'one was edited', code: 'edited', probes: migrations({ edited: ['1_a'], pending: ['3_c'] }) },
      { when: 'a file is gone', code: 'missing', probes: migrations({ missing: ['2_b'] }) },
      {
        when: 'one came late',
        code: 'out-of-order',
        probes: migrations({ pending: ['1_b'], outOfOrder: ['1_b'] }),
      },
      {
        when: 'a file is not in the lock file',
        code: 'not-as-locked',
        probes: migrations({ lockFileDifferences: ['a', 'b', 'c', 'd'] }),
        actual: 'a; b; c',
      },
      {
        when: 'a column came by hand',
        code: 'drifted',
        probes: drifted,
        actual: /^1 difference: \+ column/,
      },
      {
        when: 'an index was left behind',
        code: 'invalid-index',
        probes: migrations(
          {},
          { invalidIndexes: ['index public.i of table public.t'], differences: ['+ x'] },
        ),
        actual: 'not valid: index public.i of table public.t',
      },
      {
        when: 'the check of a command fails',
        code: 'check-failed',
        probes: migrations({
          byCommand: { ...byCommand, check: { command: 'tool check', exitCode: 1, lines: ['b'] } },
        }),
        actual: 'it ended with 1; migrated by Alembic, at a',
      },
      {
        when: 'the check of a command fails and reports something else that is not found',
        code: 'check-failed',
        probes: migrations({
          byCommand: {
            ...byCommand,
            check: { command: 'tool check', exitCode: 1, lines: ['error: migration 0003: not found'] },
          },
        }),
        actual: 'it ended with 1; migrated by Alembic, at a',
      },
      {
        when: 'the folder cannot be read',
        code: 'unreadable',
        probes: { migrations: { state: new ProbeError('migrations-folder', 'no folder') } },
      },
      {
        when: 'the catalogue cannot be read',
        code: 'unreadable',
        probes: { migrations: { state: head, drift: new ProbeError('database-lost', 'lost') } },
      },
      {
        when: 'the catalogue is not read in time',
        code: 'timeout',
        probes: { migrations: { state: head, drift: new ProbeError('TIMEOUT', 'too late') } },
      },
      {
        when: 'the command does not end in time',
        code: 'timeout',
        probes: { migrations: { state: new ProbeError('migration-timeout', 'too late') } },
      },
    ],
    skips: [
      {
        when: 'the tool is older than an option of the check',
        probes: migrations({
          byCommand: {
            ...byCommand,
            check: {
              command: 'alembic current --check-heads',
              exitCode: 2,
              lines: ['usage: alembic', 'alembic: error: unrecognized arguments: --check-heads'],
            },
          },
        }),
        reason:
          /not judged, because `alembic current --check-heads` is not understood here: alembic: error: unrecognized arguments/,
      },
      {
        when: 'a command migrates and has no check',
        probes: migrations({ byCommand }),
        reason: /^migrated by Alembic, at a; whether a migration is pending is not judged/,
      },
      {
        when: 'migrations are switched off',
        probes: { migrations: { state: new ProbeError('MIGRATIONS_OFF', 'switched off') } },
      },
      {
        when: 'the stack has no migrations',
        probes: { migrations: { state: new ProbeError('no-migrations', 'no migrations configured') } },
        reason: 'no migrations configured',
      },
      {
        when: 'another tool migrates the database',
        probes: {
          migrations: { state: new ProbeError('migrated-by-another-tool', 'migrated by Alembic, at 1975ea') },
        },
        reason: 'migrated by Alembic, at 1975ea',
      },
    ],
  },
  { describe, it },
);

describe('the evidence of migrations', () => {
  const factsOf = (state: object = {}, drift: object = {}) =>
    evidenceTexts(check, { probes: migrations(state, drift) });

  it('names the folder, what is applied and the lock file', async () => {
    expect(await factsOf()).toEqual(['folder: /app/migrations', 'applied: 1_a, 2_b', 'lock file: none']);
    expect(await factsOf({ lockFileDifferences: [] })).toContain('lock file: fits');
    expect(await factsOf({ lockFileDifferences: ['a', 'b'] })).toContain('lock file: a; b');
    expect(await factsOf({ applied: [] })).toContain('applied: none');
    expect(await factsOf({ alsoBy: 'Alembic' })).toContain('another tool: also Alembic');
  });

  it('says why drift was not judged', async () => {
    const enable = 'the next migration records it';
    expect(await factsOf({}, { available: false, enable })).toContain(`drift: not judged: ${enable}`);
    expect(await factsOf({}, { available: false })).toContain('drift: not judged');
  });

  it('has up to forty differences and twenty invalid indexes', async () => {
    const many = Array.from({ length: 45 }, (_, at) => `+ column ${at + 1}`);
    const drift = (await evidenceOf(check, { probes: migrations({}, { differences: many }) })).at(-1) as {
      lines: object[];
      total: number;
    };
    expect([drift.lines.length, drift.lines[0], drift.total]).toEqual([
      40,
      { number: 1, text: '+ column 1' },
      45,
    ]);
    const invalid = await factsOf({}, { invalidIndexes: many });
    expect(invalid.filter((each) => each.startsWith('not valid'))).toHaveLength(20);
  });

  it('names three differences and five indexes in the failure', async () => {
    const actualOf = async (drift: object) => {
      const verdict = await verdictOf(check, { probes: migrations({}, drift) });
      return verdict.status === 'fail' ? verdict.actual : verdict.status;
    };
    expect(await actualOf({ differences: ['+ a', '+ b', '+ c', '+ d'] })).toBe(
      '4 differences: + a; + b; + c',
    );
    expect(await actualOf({ invalidIndexes: ['a', 'b', 'c', 'd', 'e', 'f'] })).toBe(
      'not valid: a, b, c, d, e',
    );
  });
});

import { describe, expect, test } from 'vitest';
import type { Attempt } from './tenant-attempt.ts';
import type { BatchOutcome } from './tenant-batch.ts';
import { judgeSession } from './tenant-judgement.ts';
import type { TenantSession, Trial } from './tenant-session.ts';

interface Made {
  attempt: Partial<Attempt>;
  outcome: Partial<BatchOutcome>;
  mayRaise?: boolean;
  held?: number | string;
  base?: string | null;
  subject?: boolean;
}

function judge({ attempt, outcome, mayRaise = false, held = 1, base = '2:7', subject = true }: Made) {
  const trial = {
    role: 'app',
    ...(subject ? { subject: {} } : {}),
    target: 'public.songs',
    plan: {
      sets: [],
      looks: [],
      attempts: [
        {
          id: 'x',
          caller: 'a',
          sqls: ['select 0', 'select 1'],
          kind: 'read',
          target: 'public.songs',
          role: 'app',
          isRead: attempt.kind === undefined || /^(own|read|call)/.test(attempt.kind),
          ...attempt,
        },
      ],
    },
  } as unknown as Trial;
  const result = {
    sets: { held },
    base,
    error: null,
    outcomes: [
      { id: 'x', variant: 1, rows: 0, code: null, message: null, before: [], after: [], ...outcome },
    ],
  };
  const session: TenantSession = {
    steps: [],
    trials: [trial],
    notes: [],
    called: [],
    readResults: () => [{ trial, result }],
    readProblems: () => [{ table: 'public.songs', tenant: 'b', problem: 'no value for x' }],
  };
  return judgeSession(session, [], mayRaise);
}

const moved = { before: ['2:7'], after: ['1:3'] };
const denied = { code: '42501', message: 'permission denied for table songs' };
const byPolicy = { code: '42501', message: 'new row violates row-level security policy for table "songs"' };

describe('an attempt on rows of another tenant', () => {
  test.each<[string, Made, string]>([
    ['own rows are not seen', { attempt: { kind: 'own' }, outcome: { rows: 0 } }, 'own-rows-hidden'],
    ['own rows raise', { attempt: { kind: 'own' }, outcome: { rows: 1, ...denied } }, 'own-rows-hidden'],
    ['a read returns rows', { attempt: {}, outcome: { rows: 1 } }, 'reads-foreign'],
    ['a call returns rows', { attempt: { kind: 'call' }, outcome: { rows: 1 } }, 'reads-foreign'],
    ['a call changes rows', { attempt: { kind: 'call', looks: 'all' }, outcome: moved }, 'changes-foreign'],
    ['a change moves rows', { attempt: { kind: 'change' }, outcome: moved }, 'changes-foreign'],
    [
      'a change rewrites as many rows',
      { attempt: { kind: 'change' }, outcome: { before: ['2:7'], after: ['2:8'] } },
      'changes-foreign',
    ],
    [
      'an insert adds a row',
      { attempt: { kind: 'insert' }, outcome: { before: ['2:7'], after: ['3:9'] } },
      'inserts-foreign',
    ],
    [
      'rows are added in one of two places',
      { attempt: { kind: 'insert' }, outcome: { before: ['2:7', '10:1'], after: ['2:7', '11:1'] } },
      'inserts-foreign',
    ],
    ['truncate removes rows', { attempt: { kind: 'truncate' }, outcome: moved }, 'privilege-bypasses'],
    ['a trigger is made', { attempt: { kind: 'trigger' }, outcome: {} }, 'privilege-bypasses'],
    ['a foreign key is made', { attempt: { kind: 'reference' }, outcome: {} }, 'privilege-bypasses'],
    ['unset shows rows', { attempt: { caller: 'unset' }, outcome: { rows: 1 } }, 'shows-without-tenant'],
    ['empty shows rows', { attempt: { caller: 'empty' }, outcome: { rows: 1 } }, 'shows-without-tenant'],
    [
      'unset changes rows',
      { attempt: { caller: 'unset', kind: 'change' }, outcome: moved },
      'shows-without-tenant',
    ],
    [
      'unset raises, because the setting is unknown',
      { attempt: { caller: 'unset' }, outcome: { code: '42704', message: 'unknown setting' } },
      'raises-without-tenant',
    ],
    [
      'empty raises',
      { attempt: { caller: 'empty' }, outcome: { code: '22P02', message: 'invalid uuid' } },
      'raises-without-tenant',
    ],
  ])('%s', (_name, made, code) => {
    const { problems, refused } = judge(made);
    expect(problems).toMatchObject([{ code, target: 'public.songs', evidence: { statement: 'select 1' } }]);
    expect(refused).toEqual({ policy: 0, privilege: 0, error: 0, none: 0 });
  });

  test.each<[string, Made, 'policy' | 'privilege' | 'error' | 'none']>([
    ['own rows are seen', { attempt: { kind: 'own' }, outcome: { rows: 1 } }, 'none'],
    ['there are no own rows', { attempt: { kind: 'own' }, outcome: {}, held: 0 }, 'none'],
    ['a read finds nothing', { attempt: {}, outcome: {} }, 'none'],
    ['a read moves rows that are not looked at', { attempt: {}, outcome: moved }, 'none'],
    ['a change reaches nothing', { attempt: { kind: 'change' }, outcome: { rows: 3 } }, 'none'],
    ['truncate removes nothing', { attempt: { kind: 'truncate' }, outcome: {} }, 'none'],
    ['a privilege is missing', { attempt: { kind: 'change' }, outcome: denied }, 'privilege'],
    ['a policy refuses', { attempt: { kind: 'insert' }, outcome: byPolicy }, 'policy'],
    ['a trigger raises', { attempt: { kind: 'insert' }, outcome: { code: 'P0001', message: 'no' } }, 'error'],
    ['unset is refused', { attempt: { caller: 'unset' }, outcome: denied }, 'privilege'],
    [
      'unset is not supported',
      { attempt: { caller: 'unset' }, outcome: { code: '55000', message: 'not populated' } },
      'error',
    ],
    [
      'unset may raise',
      { attempt: { caller: 'unset' }, outcome: { code: '22P02', message: 'x' }, mayRaise: true },
      'error',
    ],
    ['A raises', { attempt: {}, outcome: { code: '22P02', message: 'x' } }, 'error'],
    [
      'a policy recurses',
      { attempt: {}, outcome: { code: '42P17', message: 'infinite recursion' } },
      'error',
    ],
    [
      'a relation cannot be changed',
      { attempt: { kind: 'change' }, outcome: { code: '42809', message: 'not a table' } },
      'error',
    ],
    [
      'a column is always generated',
      { attempt: { kind: 'insert' }, outcome: { code: '428C9', message: 'generated' } },
      'error',
    ],
    [
      'a write without a tenant names no setting',
      {
        attempt: { caller: 'unset', kind: 'change' },
        outcome: { code: '42704', message: 'unknown setting' },
      },
      'error',
    ],
    [
      'unset raises on a write',
      { attempt: { caller: 'unset', kind: 'change' }, outcome: { code: '22P02', message: 'x' } },
      'error',
    ],
  ])('%s: no problem', (_name, made, counted) => {
    const { problems, refused, attempts, notes } = judge(made);
    expect(problems).toEqual([]);
    expect(refused).toEqual({ policy: 0, privilege: 0, error: 0, none: 0, [counted]: 1 });
    expect([attempts, notes]).toEqual([1, []]);
  });

  test.each([
    ['55P03', 'read'],
    ['57014', 'read'],
    ['40P01', 'change'],
    ['53300', 'change'],
    ['25P02', 'change'],
    ['XX000', 'read'],
    // The policies of a row come first: it was the constraint that refused.
    ['23502', 'insert'],
    ['23505', 'upsert'],
    ['23503', 'insert'],
    ['23514', 'take-over'],
    // The values of the attempt did not fit, or its SQL: nothing refused it.
    ['22001', 'change'],
    ['22P02', 'insert'],
    ['42703', 'read'],
    ['42883', 'call'],
    ['42804', 'take-over'],
    ['42P10', 'upsert'],
    ['42704', 'change'],
  ] as const)('%s after %s is not judged, and neither refused', (code, kind) => {
    const { problems, refused, notes } = judge({ attempt: { kind }, outcome: { code, message: 'M' } });
    expect(problems).toEqual([]);
    expect(refused).toEqual({ policy: 0, privilege: 0, error: 0, none: 0 });
    expect(notes).toEqual([`public.songs: ${kind}: M (${code})`]);
  });
});

describe('what was judged', () => {
  test('is a relation with rows of the second tenant', () => {
    expect([...judge({ attempt: {}, outcome: {} }).judged]).toEqual(['public.songs']);
  });

  test('is not one without, and the note says why', () => {
    for (const base of ['0:0', null]) {
      const { judged, notes } = judge({ attempt: {}, outcome: {}, base });
      expect([...judged]).toEqual([]);
      expect(notes).toEqual(['public.songs: no row of a second tenant: no value for x']);
    }
  });

  test('is a relation that is derived, whatever its rows', () => {
    expect([...judge({ attempt: {}, outcome: {}, base: null, subject: false }).judged]).toEqual([
      'public.songs',
    ]);
  });
});

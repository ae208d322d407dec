import { describe, expect, test } from 'vitest';
import { judgeSession } from './tenant-judgement.ts';
import type { TenantSession } from './tenant-session.ts';

interface Made {
  target?: string;
  role?: string;
  subject?: boolean;
  caller?: string;
  kind?: string;
  base?: string;
  error?: string;
  outcome?: object | null;
  /** Instead of a result. */
  failed?: string;
}

/** Judges a session with an attempt in each of these trials. */
function judge(trials: Made[], over: Partial<TenantSession> = {}) {
  const results = trials.map(
    ({
      target = 'public.songs',
      role = 'app',
      subject = true,
      caller = 'a',
      kind = 'read',
      base = '1:5',
      error,
      outcome = {},
      failed,
    }) => {
      const isRead = /^(own|read|call)/.test(kind);
      const attempt = { id: 'x', caller, kind, target, role, isRead, sqls: ['select 0', 'select 1'] };
      const trial = { role, target, ...(subject ? { subject: {} } : {}), plan: { attempts: [attempt] } };
      const usual = { id: 'x', variant: 1, rows: 0, code: null, message: null, before: [], after: [] };
      const outcomes = outcome === null ? [] : [{ ...usual, ...outcome }];
      return { trial, result: failed ?? { sets: { held: 1 }, base, error: error ?? null, outcomes } };
    },
  );
  const session = {
    steps: [],
    trials: results.map(({ trial }) => trial),
    notes: [],
    called: [],
    readResults: () => results,
    readProblems: () => [],
    ...over,
  } as unknown as TenantSession;
  return judgeSession(session, [], false);
}

const isSeen = { rows: 1 };

describe('a session of several trials', () => {
  test('keeps its notes, and names what was called', () => {
    const { notes, judged } = judge([], { notes: ['function f(): not called'], called: ['g(uuid)'] });
    expect(notes).toEqual(['function f(): not called']);
    expect([...judged]).toEqual(['function g(uuid)']);
  });

  test('continues behind a trial without a result', () => {
    const { notes, problems, attempts } = judge([{ failed: 'no answer' }, { outcome: isSeen }]);
    expect(notes).toEqual(['public.songs: no answer']);
    expect([problems.length, attempts]).toEqual([1, 1]);
  });

  test('notes what ended a trial early, and once', () => {
    expect(judge([{ error: 'cancelled' }, { error: 'cancelled' }]).notes).toEqual([
      'public.songs: cancelled',
    ]);
  });

  test('ignores an outcome of no attempt', () => {
    expect(judge([{ outcome: { id: 'y', ...isSeen } }])).toMatchObject({ problems: [], attempts: 0 });
  });

  test('names a role that the application may take, and not its own', () => {
    const { problems } = judge([{ outcome: isSeen }, { role: 'admin', outcome: isSeen }]);
    expect(problems.map(({ text }) => text)).toEqual([
      'public.songs: tenant A reads rows of tenant B',
      'public.songs: tenant A reads rows of tenant B, as admin by SET ROLE',
    ]);
  });
});

describe('a relation without rows of the second tenant', () => {
  const problems = [
    { table: 'public.other', tenant: 'b', problem: 'of another table' },
    { table: 'public.songs', tenant: 'a', problem: 'of the first tenant' },
    { table: 'public.songs', tenant: 'b', problem: 'no value for x' },
  ];
  const readProblems = (() => problems) as unknown as TenantSession['readProblems'];

  test('is noted with its own reason', () => {
    expect(judge([{ base: '0:0' }], { readProblems }).notes).toEqual([
      'public.songs: no row of a second tenant: no value for x',
    ]);
  });

  test('is noted without a reason where there is none', () => {
    const { notes, judged } = judge([{ base: '0:0', outcome: null }]);
    expect(notes).toEqual(['public.songs: no row of a second tenant']);
    expect([...judged]).toEqual([]);
  });

  test('is not noted where another trial had rows, or none has a tenant', () => {
    expect(judge([{}, { base: '0:0' }]).notes).toEqual([]);
    expect(judge([{ base: '0:0', caller: 'unset' }]).notes).toEqual([]);
  });

  test('needs none where the trial aims at what is derived, and functions are no relation', () => {
    const { judged, notes } = judge([
      { base: '0:0', subject: false, target: 'public.every_song' },
      { base: '0:0', subject: false, target: 'functions' },
    ]);
    expect([...judged]).toEqual(['public.every_song']);
    expect(notes).toEqual([]);
  });
});

describe('the text of a problem', () => {
  const textOf = (made: Made) => judge([made]).problems[0]?.text;

  test.each<[Made, string]>([
    [{ caller: 'empty', outcome: isSeen }, 'public.songs: with an empty setting there are rows'],
    [{ caller: 'unset', outcome: isSeen }, 'public.songs: with the setting unset there are rows'],
    [
      { caller: 'unset', kind: 'delete', outcome: { before: ['1:5'], after: ['0:0'] } },
      'public.songs: with the setting unset, delete reaches rows of a tenant',
    ],
    [{ kind: 'call', outcome: isSeen }, 'public.songs: the result has rows of tenant B'],
    [
      { kind: 'own', outcome: { code: '42P01', message: 'no table', rows: 0 } },
      'public.songs: tenant A does not see its own rows: no table (42P01)',
    ],
  ])('%j', (made, text) => {
    expect(textOf(made)).toBe(text);
  });

  test('comes with the statement and what it did', () => {
    expect(judge([{ outcome: isSeen }]).problems[0]?.evidence).toMatchObject({
      label: 'read',
      statement: 'select 1',
      rows: [{ rows: 1 }],
    });
    const outcome = { rows: 3, before: ['2:5'], after: ['1:3', '0:0'] };
    expect(judge([{ kind: 'change', outcome }]).problems[0]?.evidence).toMatchObject({
      rows: [{ 'rows of tenant B before': '2:5', after: '1:3 0:0' }],
      rowCount: 3,
    });
    const raised = { code: '22P02', message: 'invalid uuid' };
    expect(judge([{ caller: 'empty', outcome: raised }]).problems[0]?.evidence).toMatchObject({
      rows: [{ rows: 0, error: 'invalid uuid' }],
    });
  });
});

import { describe, expect, it } from 'vitest';
import type { Check } from '../check/define-check.ts';
import type { CheckResult } from '../check/result.ts';
import { beginRun } from '../testing/begin-run.ts';
import { failing, makeCheck } from '../testing/make-check.ts';
import { type Acceptance, type Accepted, joinAcceptances, withAcceptance } from './acceptance.ts';
import type { RunOptions } from './run-options.ts';

const waiver = { reason: 'ticket 12', owner: 'ana', until: '2026-12-24' };

/** Runs the checks and accepts the failures of these. */
async function runAccepting(accepted: readonly string[], checks: Check[], given: Partial<RunOptions> = {}) {
  const { resultAfter } = beginRun(checks, {
    concurrency: 1,
    acceptance: {
      find: ({ id }) => (accepted.includes(id) ? { waiver } : undefined),
      findUnneeded: () => [],
    },
    ...given,
  });
  const { result } = await resultAfter(0);
  return { result, statuses: Object.fromEntries(result.checks.map(({ id, status }) => [id, status])) };
}

describe('an accepted failure', () => {
  it('is waived, keeps its failure, and does not fail the run', async () => {
    const { result } = await runAccepting(
      ['a/one'],
      [makeCheck({ id: 'a/one', run: failing }), makeCheck({ id: 'b/two' })],
    );
    expect(result).toMatchObject({
      ok: true,
      exitCode: 0,
      summary: { waived: 1, fail: 0, pass: 1, total: 2 },
    });
    expect(result.checks[0]).toMatchObject({ status: 'waived', code: 'wrong', waiver });
  });

  it('waives what it blocks, unless another failure blocks that too', async () => {
    const checks = [
      makeCheck({ id: 'a/one', run: failing }),
      makeCheck({ id: 'a/other', run: failing }),
      makeCheck({ id: 'b/of-one', after: ['a/one'] }),
      makeCheck({ id: 'b/of-both', after: ['a/one', 'a/other'] }),
      makeCheck({ id: 'c/of-that', after: ['b/of-one'] }),
    ];
    const { result, statuses } = await runAccepting(['a/one'], checks);
    expect(statuses).toEqual({
      'a/one': 'waived',
      'a/other': 'fail',
      'b/of-one': 'waived',
      'b/of-both': 'blocked',
      'c/of-that': 'waived',
    });
    expect(result.checks.find(({ id }) => id === 'c/of-that')).toMatchObject({
      blockedBy: ['a/one'],
      waiver,
    });
    expect(result.exitCode).toBe(1);
  });

  it('is no success where no check passed', async () => {
    const { result } = await runAccepting(
      ['a/one'],
      [makeCheck({ id: 'a/one', run: failing }), makeCheck({ id: 'b/of-one', after: ['a/one'] })],
    );
    expect(result).toMatchObject({ ok: false, exitCode: 2, nothingExamined: { code: 'all-waived' } });
  });

  it('does not end a run with --bail', async () => {
    const checks = [makeCheck({ id: 'a/one', run: failing }), makeCheck({ id: 'b/two' })];
    const { statuses } = await runAccepting(['a/one'], checks, { bail: true });
    expect(statuses).toEqual({ 'a/one': 'waived', 'b/two': 'pass' });
  });

  it('is never one of a check that broke', async () => {
    const broken = makeCheck({ id: 'a/one', run: () => Promise.reject(new Error('no')) });
    const { result } = await runAccepting(['a/one'], [broken, makeCheck({ id: 'b/two' })]);
    expect(result).toMatchObject({ exitCode: 70, summary: { error: 1, waived: 0 } });
  });

  it('may be that of a flaky pass: it fails the run and blocks nothing', async () => {
    const checks = [makeCheck({ id: 'a/one' }), makeCheck({ id: 'b/two', after: ['a/one'] })];
    const { result, statuses } = await runAccepting([], checks, {
      acceptance: {
        find: () => undefined,
        findUnneeded: () => [],
        isTooFlaky: ({ id }) => id === 'a/one',
      },
    });
    expect(statuses).toEqual({ 'a/one': 'fail', 'b/two': 'pass' });
    expect(result).toMatchObject({
      exitCode: 1,
      checks: [{ code: 'flaky', failureTitle: 'The check is flaky' }, {}],
    });
  });
});

describe('several acceptances', () => {
  const failed = { id: 'a/one', status: 'fail' } as CheckResult;
  const known = { in: 'main.json', startedAt: '2026-01-01T00:00:00Z' };
  const accepting = (found: Accepted | undefined, isTooFlaky?: () => boolean): Acceptance => ({
    find: () => found,
    findUnneeded: () => [{ ...waiver, check: 'a/one', where: 'file:1', hasEnded: false, covers: [] }],
    ...(isTooFlaky && { isTooFlaky }),
  });

  it('accept what one of them accepts, and report a waiver that has ended only where none does', () => {
    const ended = accepting({ endedWaiver: waiver });
    expect(joinAcceptances([ended, accepting({ known })]).find(failed)).toEqual({ known });
    expect(joinAcceptances([ended, accepting({ waiver })]).find(failed)).toEqual({ waiver });
    expect(joinAcceptances([accepting(undefined), ended]).find(failed)).toEqual({ endedWaiver: waiver });
    expect(joinAcceptances([accepting(undefined)]).find(failed)).toBeUndefined();
  });

  it('fail a flaky pass where one of them does, and report all unused waivers', () => {
    const joined = (...flaky: boolean[]) =>
      joinAcceptances([accepting(undefined), ...flaky.map((is) => accepting(undefined, () => is))]);
    expect(joined(false, true).isTooFlaky?.(failed)).toBe(true);
    expect(joined(false).isTooFlaky?.(failed)).toBe(false);
    expect(joined().isTooFlaky?.(failed)).toBe(false);
    expect(joined(true).findUnneeded()).toMatchObject([{ where: 'file:1' }, { where: 'file:1' }]);
  });
});

describe('withAcceptance', () => {
  const attempt = {
    number: 1,
    startMs: 0,
    durationMs: 1,
    status: 'fail' as const,
    code: 'wrong',
    actual: '503',
  };
  const passed = {
    id: 'a/one',
    status: 'pass',
    summary: '200',
    examined: [{ count: 1, what: 'answer' }],
    attempts: [attempt, { number: 2, startMs: 2, durationMs: 1, status: 'pass' }],
  } as unknown as CheckResult;
  const tooFlaky: Acceptance = { find: () => undefined, findUnneeded: () => [], isTooFlaky: () => true };
  const none = () => undefined;

  it('fails a flaky pass with the attempt before, or with what was found at another time', () => {
    const retried = withAcceptance(passed, tooFlaky, none);
    expect(retried).toMatchObject({
      status: 'fail',
      code: 'flaky',
      actual: 'it passed at attempt 2, after wrong: 503',
      hint: "meatymusic checks flaky 'a/one'",
    });
    expect(retried).not.toHaveProperty('summary');
    expect(retried).not.toHaveProperty('examined');
    const once = { ...passed, attempts: passed.attempts.slice(1) };
    expect(withAcceptance(once, tooFlaky, none).actual).toBe(
      'it passed (200), and failed before at this commit with the same settings',
    );
  });

  it('waives a flaky pass that is accepted, and never asks whether a failure is flaky', () => {
    const accepting: Acceptance = {
      ...tooFlaky,
      find: ({ code }) => (code === 'flaky' ? { waiver } : undefined),
    };
    expect(withAcceptance(passed, accepting, none)).toMatchObject({
      status: 'waived',
      code: 'flaky',
      waiver,
    });
    const failed = { ...passed, status: 'fail' as const, code: 'wrong' };
    expect(withAcceptance(failed, accepting, none)).toMatchObject({ status: 'fail', code: 'wrong' });
  });

  it('leaves results as they are without an acceptance, and skips and errors with one', () => {
    expect(withAcceptance(passed, undefined, none)).toBe(passed);
    const all: Acceptance = { find: () => ({ waiver }), findUnneeded: () => [] };
    for (const status of ['pass', 'skip', 'error'] as const) {
      const result = { ...passed, status };
      expect(withAcceptance(result, all, none)).toBe(result);
    }
  });

  it('waives a failure that another result has as well, and what it blocks', () => {
    const known = { in: 'main.json', startedAt: '2026-01-01T00:00:00Z' };
    const against: Acceptance = { find: () => ({ known }), findUnneeded: () => [] };
    const failed = { ...passed, status: 'fail' as const, code: 'wrong' };
    const root = withAcceptance(failed, against, none);
    expect(root).toMatchObject({ status: 'waived', known });
    expect(root).not.toHaveProperty('waiver');
    const blocked = { ...passed, status: 'blocked' as const, blockedBy: ['a/one'] };
    const waived = withAcceptance(blocked, against, () => root);
    expect(waived).toMatchObject({ status: 'waived', known });
    expect(waived).not.toHaveProperty('waiver');
    const byWaiver = withAcceptance(blocked, against, () => ({ ...failed, status: 'waived', waiver }));
    expect(byWaiver).not.toHaveProperty('known');
  });

  it('names an ended waiver at the failure that it does not accept', () => {
    const ended: Acceptance = { find: () => ({ endedWaiver: waiver }), findUnneeded: () => [] };
    const failed = { ...passed, status: 'fail' as const, code: 'wrong' };
    expect(withAcceptance(failed, ended, none)).toMatchObject({ status: 'fail', endedWaiver: waiver });
  });

  it('keeps a check blocked whose root is unknown or not waived', () => {
    const blocked = { ...passed, status: 'blocked' as const, blockedBy: ['b/root'] };
    const all: Acceptance = { find: () => ({ waiver }), findUnneeded: () => [] };
    const root = (status: CheckResult['status']) => () => ({ ...passed, status, waiver }) as CheckResult;
    expect(withAcceptance(blocked, all, none)).toBe(blocked);
    expect(withAcceptance(blocked, all, root('fail'))).toBe(blocked);
    const byTwo = { ...blocked, blockedBy: ['b/root', 'b/unknown'] };
    const first = (id: string) => (id === 'b/root' ? root('waived')() : undefined);
    expect(withAcceptance(byTwo, all, first)).toBe(byTwo);
    expect(withAcceptance(blocked, all, root('waived'))).toMatchObject({ status: 'waived', waiver });
    const { blockedBy: _, ...unknown } = blocked;
    expect(withAcceptance(unknown, all, root('waived'))).toBe(unknown);
  });
});

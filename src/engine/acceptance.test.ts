import { describe, expect, it } from 'vitest';
import type { Check } from '../check/define-check.ts';
import { exampleStack } from '../check/stack.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { failing, makeCheck } from '../testing/make-check.ts';
import { makePlan } from './plan.ts';
import { startRun } from './run.ts';
import type { RunOptions } from './run-options.ts';

const waiver = { reason: 'ticket 12', owner: 'ana', until: '2026-12-24' };

/** Runs the checks and accepts the failures of these. */
async function runAccepting(accepted: readonly string[], checks: Check[], given: Partial<RunOptions> = {}) {
  const clock = createFakeClock();
  const run = startRun({
    plan: makePlan(checks),
    stack: exampleStack,
    openProbes: () => ({ probes: {}, close() {} }),
    options: new Map(),
    timeoutMs: 5000,
    deadlineMs: 120_000,
    retryForMs: 0,
    concurrency: 1,
    bail: false,
    readOnly: false,
    toolVersion: '0.0.0',
    clock,
    acceptance: {
      find: ({ id }) => (accepted.includes(id) ? { waiver } : undefined),
      findUnneeded: () => [],
    },
    ...given,
  });
  await clock.advance(0);
  const result = await run.result;
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

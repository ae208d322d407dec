import { describe, expect, it } from 'vitest';
import type { Check } from '../check/define-check.ts';
import { fact } from '../check/exchange.ts';
import { exampleStack } from '../check/stack.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { failing, hanging, makeCheck } from '../testing/make-check.ts';
import { type AttemptScope, evidenceGraceMs, startAttempt } from './attempt.ts';
import { pastDeadline } from './forced-outcomes.ts';
import type { Outcome } from './outcome.ts';

/** Starts one attempt on a fake clock; `scope` is what its probes see of it. */
function begin(run: Check['run'], { timeoutMs = 1000, isAtOnce = false } = {}) {
  const clock = createFakeClock();
  const ends: Outcome[] = [];
  let scope!: AttemptScope;
  const attempt = startAttempt({
    check: makeCheck({ id: 'a/one', run }),
    number: 1,
    options: {},
    stack: exampleStack,
    openProbes: (given) => {
      scope = given;
      if (isAtOnce) given.refuse('refused by the probe');
      return { probes: {}, close() {} };
    },
    timeoutMs,
    clock,
    onProgress() {},
    onEnd: (outcome) => ends.push(outcome),
  });
  return { clock, ends, scope, attempt };
}

describe('an attempt ends once', () => {
  it('with the first end, whatever comes later', async () => {
    const { clock, ends, attempt } = begin(failing);
    await clock.advance(0);
    attempt.end({ status: 'skip', reason: 'too late' });
    await clock.advance(10_000);
    expect(ends).toMatchObject([{ status: 'fail', code: 'wrong' }]);
    expect(clock.pending).toBe(0);
  });

  it('as broken where a probe refused a call, whatever the check makes of that', async () => {
    const { clock, ends } = begin(failing, { isAtOnce: true });
    await clock.advance(10_000);
    expect(ends).toEqual([
      { status: 'error', code: 'undeclared-effect', actual: 'refused by the probe', evidence: [] },
    ]);
  });

  it('as broken without evidence where the check throws', async () => {
    const { clock, ends } = begin(() => Promise.reject(new Error('boom')));
    await clock.advance(0);
    expect(ends).toMatchObject([{ status: 'error', code: 'threw', actual: 'boom', evidence: [] }]);
  });
});

describe('what ends with an attempt', () => {
  it.each<[string, Check['run'], number]>([
    ['its verdict', async ({ pass }) => pass('fine', { count: 1, what: 'thing' }), 0],
    ['its deadline', hanging, 1000],
  ])('is released at %s', async (_what, run, atMs) => {
    const { clock, scope } = begin(run);
    const released: string[] = [];
    scope.onAbort?.(() => released.push('kept'));
    scope.onAbort?.(() => released.push('removed'))();
    await clock.advance(atMs);
    expect(released).toEqual(['kept']);
    expect(scope.signal.aborted).toBe(true);
  });
});

describe('an attempt that the deadline of the run cuts', () => {
  const cut = async (run: Check['run']) => {
    const { clock, ends, attempt } = begin(run, { timeoutMs: 60_000 });
    await clock.advance(0);
    attempt.cut(pastDeadline(5000));
    await clock.advance(evidenceGraceMs);
    expect(clock.pending).toBe(0);
    return ends;
  };
  const atAbort =
    (end: (context: Parameters<Check['run']>[0]) => unknown): Check['run'] =>
    (context) =>
      new Promise((resolve) =>
        context.signal.addEventListener('abort', () => resolve(end(context) as never)),
      );

  it.each<[string, Check['run'], unknown[]]>([
    ['gives no verdict any more', hanging, []],
    ['rejects as its probes do', atAbort(({ signal }) => Promise.reject(signal.reason)), []],
    ['skips', atAbort(({ skip }) => skip('too late')), []],
    [
      'passes with evidence',
      atAbort(({ pass }) => pass('fine', { count: 1, what: 'a' }, [fact('seen', 'x')])),
      [fact('seen', 'x')],
    ],
  ])('is past it, with the evidence that there is, where the check %s', async (_what, run, evidence) => {
    expect(await cut(run)).toEqual([{ ...pastDeadline(5000), evidence }]);
  });
});

describe('the time in which the event loop was blocked', () => {
  it('is given back where it is more than a quarter of a second', async () => {
    for (const [blockedMs, isOver] of [
      [250, true],
      [251, false],
    ] as const) {
      const { clock, ends, scope } = begin(hanging);
      clock.freeze(1000 + blockedMs);
      await clock.advance(0);
      expect([blockedMs, scope.signal.aborted, scope.remainingMs()]).toEqual([
        blockedMs,
        isOver,
        isOver ? 0 : blockedMs,
      ]);
      await clock.advance(evidenceGraceMs);
      expect(ends).toHaveLength(isOver ? 1 : 0);
    }
  });

  it('is given back once: a check that hangs times out nevertheless', async () => {
    const { clock, ends } = begin(hanging);
    clock.freeze(4000);
    await clock.advance(0);
    await clock.advance(3000 + evidenceGraceMs);
    expect(ends).toEqual([
      {
        status: 'fail',
        code: 'timeout',
        expected: 'a verdict within 1.00 s',
        actual: 'none was given',
        hint: 'give it more time: --timeout 2.00s',
        evidence: [],
      },
    ]);
  });
});

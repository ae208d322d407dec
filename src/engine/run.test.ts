import { describe, expect, it } from 'vitest';
import type { Check } from '../check/define-check.ts';
import { fact } from '../check/exchange.ts';
import { exampleStack, withServices } from '../check/stack.ts';
import { beginRun as begin } from '../testing/begin-run.ts';
import { failing, hanging, makeCheck } from '../testing/make-check.ts';
import { evidenceGraceMs } from './attempt.ts';
import type { RunEvent } from './events.ts';
import { makePlan } from './plan.ts';

function afterTurns(turns: number, done: () => void): void {
  if (turns === 0) done();
  else setImmediate(() => afterTurns(turns - 1, done));
}

const unconvertible = () => {
  throw new Error('do not convert');
};
const round: unknown[] = [];
round.push(round);

describe('startRun', () => {
  it('gives every check one verdict, in the order of the plan', async () => {
    const { resultAfter, events } = begin([
      makeCheck({ id: 'b/two', after: ['b/three'] }),
      makeCheck({ id: 'a/one', run: failing }),
      makeCheck({ id: 'b/three' }),
      makeCheck({ id: 'c/four', run: async ({ skip }) => skip('not here', 'turn it on') }),
    ]);
    const { result, statuses } = await resultAfter(0);
    expect(statuses).toEqual({ 'a/one': 'fail wrong', 'b/three': 'pass', 'b/two': 'pass', 'c/four': 'skip' });
    expect(result).toMatchObject({ ok: false, exitCode: 1, startedAt: '2026-01-01T00:00:00.000Z' });
    expect(result.summary).toEqual({
      total: 4,
      pass: 2,
      fail: 1,
      skip: 1,
      error: 0,
      blocked: 0,
      waived: 0,
      known: 0,
      flaky: 0,
      excluded: 0,
      advisory: 0,
    });
    expect(events.filter(({ type }) => type === 'check-end')).toHaveLength(4);
    const ends = events.filter(({ type }) => type === 'run-end');
    expect(ends).toEqual([events.at(-1)]);
    expect((ends[0] as { result: unknown }).result).toBe(result);
    expect(result).not.toHaveProperty('unusedWaivers');
    expect(result).not.toHaveProperty('shard');
  });

  it('reports the progress of a long call while the attempt lasts', async () => {
    let progress = (_line: string) => {};
    const { clock, events, resultAfter } = begin([makeCheck({ id: 'a/one', run: hanging })], {
      openProbes: (scope) => {
        progress = scope.progress;
        return { probes: {}, close() {} };
      },
    });
    await clock.advance(0);
    progress('half of it');
    await resultAfter(10_000);
    progress('too late');
    expect(
      events.flatMap((event) => (event.type === 'progress' ? [[event.check.id, event.line]] : [])),
    ).toEqual([['a/one', 'half of it']]);
  });

  it.each<[string, () => unknown]>([
    ['a toString that throws', () => ({ toString: unconvertible })],
    ['a proxy whose traps throw', () => new Proxy({}, { get: unconvertible, getPrototypeOf: unconvertible })],
    ['a stack that throws', () => Object.defineProperty(new Error('a'), 'stack', { get: unconvertible })],
  ])('calls a check that rejects with %s broken, at once', async (_name, thrown) => {
    const { resultAfter } = begin([
      makeCheck({ id: 'a/one', run: () => Promise.reject(thrown()) }),
      makeCheck({ id: 'a/two' }),
    ]);
    const { statuses, result } = await resultAfter(0);
    expect(statuses).toEqual({ 'a/one': 'error threw', 'a/two': 'pass' });
    expect(result.exitCode).toBe(70);
  });

  it.each<[string, unknown]>([
    ['throws when it is read', Object.defineProperty({}, 'value', { get: unconvertible, enumerable: true })],
    ['holds itself', round],
    ['is nested without end', Array.from({ length: 3000 }).reduce<unknown>((inner) => [inner], 'end')],
  ])('calls a check broken whose evidence %s', async (_name, value) => {
    const evidence = [{ kind: 'fact', label: 'seen', value }] as never;
    const { resultAfter } = begin([
      makeCheck({
        id: 'a/one',
        run: async () => ({
          status: 'pass',
          summary: 'fine',
          examined: [{ count: 1, what: 'it' }],
          evidence,
        }),
      }),
    ]);
    const { find, result } = await resultAfter(0);
    expect(find('a/one')).toMatchObject({ status: 'error', code: 'threw' });
    expect(() => JSON.stringify(result)).not.toThrow();
  });

  it('exits with 0 when only an advisory check fails', async () => {
    const { resultAfter } = begin([makeCheck({ id: 'a/one', level: 'advisory', run: failing })]);
    expect((await resultAfter(0)).result).toMatchObject({ ok: true, exitCode: 0 });
  });

  it('leaves no timer behind', async () => {
    const { resultAfter, clock } = begin([
      makeCheck({ id: 'a/one' }),
      makeCheck({ id: 'a/two', run: hanging }),
    ]);
    await resultAfter(6000);
    expect(clock.pending).toBe(0);
  });

  describe('root causes', () => {
    it('blocks what is after a failure and names the root alone, however long the chain', async () => {
      const { resultAfter } = begin([
        makeCheck({ id: 'database/connects', run: failing }),
        makeCheck({ id: 'database/migrated', after: ['database/connects'] }),
        makeCheck({ id: 'database/tables', after: ['database/migrated'] }),
        makeCheck({ id: 'api/ready', after: ['database/tables', 'cache/ping'] }),
        makeCheck({ id: 'cache/ping', run: failing }),
      ]);
      const { find } = await resultAfter(0);
      expect(find('database/tables')).toMatchObject({ status: 'blocked', blockedBy: ['database/connects'] });
      expect(find('api/ready').blockedBy).toEqual(['database/connects', 'cache/ping']);
    });

    it('skips what builds on a skipped check, with its reason', async () => {
      const { resultAfter } = begin([
        makeCheck({ id: 'a/one', run: async ({ skip }) => skip('no browser', 'install one') }),
        makeCheck({ id: 'a/two', after: ['a/one'] }),
        makeCheck({ id: 'a/three', after: ['a/two'] }),
      ]);
      const { find } = await resultAfter(0);
      const reason = 'it builds on a/one, which was skipped: no browser';
      expect(find('a/two')).toMatchObject({ status: 'skip', reason, enable: 'install one' });
      expect(find('a/three')).toMatchObject({ status: 'skip', reason });
    });
  });

  describe('a check that misbehaves harms only itself', () => {
    const healthy = makeCheck({ id: 'z/healthy' });

    it.each<[string, Check['run'], string]>([
      [
        'throws',
        async () => {
          throw new Error('boom');
        },
        'boom',
      ],
      [
        'throws before its first await',
        () => {
          throw new Error('early');
        },
        'early',
      ],
      ['rejects with a non-Error', () => Promise.reject(undefined), 'a non-error was thrown: undefined'],
      ['returns nothing', (async () => {}) as never, 'it returned undefined, no verdict'],
      [
        'invents a status',
        (async () => ({ status: 'ok' })) as never,
        'it returned the status "ok"; there are pass, fail and skip',
      ],
      [
        'invents a code',
        async ({ fail }) => fail('other', { expected: '', actual: '' }),
        'it failed with the undeclared code "other"; declared: wrong',
      ],
    ])('when it %s: error, and the run exits with 70', async (_, run, actual) => {
      const { resultAfter } = begin([makeCheck({ id: 'a/broken', run }), healthy]);
      const { find, result } = await resultAfter(0);
      expect(find('a/broken')).toMatchObject({ status: 'error', actual });
      expect(find('z/healthy').status).toBe('pass');
      expect(result.exitCode).toBe(70);
    });

    it.each<[string, Record<string, unknown>]>([
      [
        'a text as evidence',
        { status: 'pass', summary: 's', examined: [{ count: 1, what: 'it' }], evidence: 'seen' },
      ],
      [
        'nothing as an item of evidence',
        { status: 'pass', summary: 's', examined: [{ count: 1, what: 'it' }], evidence: [null] },
      ],
      [
        'evidence of an unknown kind',
        {
          status: 'pass',
          summary: 's',
          examined: [{ count: 1, what: 'it' }],
          evidence: [{ kind: 'note', label: 'a' }],
        },
      ],
      [
        'evidence without its parts',
        {
          status: 'pass',
          summary: 's',
          examined: [{ count: 1, what: 'it' }],
          evidence: [{ kind: 'lines', label: 'a' }],
        },
      ],
      ['nothing as what it examined', { status: 'pass', summary: 's', examined: [null], evidence: [] }],
      [
        'a number of what it does not name',
        { status: 'pass', summary: 's', examined: [{ count: 1 }], evidence: [] },
      ],
      [
        'a text as a count',
        { status: 'pass', summary: 's', examined: [{ count: '5', what: 'it' }], evidence: [] },
      ],
      [
        'a number as a hint',
        { status: 'fail', code: 'wrong', expected: 'a', actual: 'b', hint: 5, evidence: [] },
      ],
      ['a map as what makes it possible', { status: 'skip', reason: 'r', enable: {} }],
    ])('when its verdict has %s: error', async (_, verdict) => {
      const run = async () => verdict as never;
      const fitHint = (hint: string) => hint.replace('a', 'b');
      const { resultAfter } = begin([makeCheck({ id: 'a/broken', run }), healthy], { fitHint });
      const { statuses, result } = await resultAfter(0);
      expect(statuses).toEqual({ 'a/broken': 'error bad-verdict', 'z/healthy': 'pass' });
      expect(result.exitCode).toBe(70);
    });

    it('when it never settles: timeout', async () => {
      const { resultAfter } = begin([makeCheck({ id: 'a/hangs', run: hanging }), healthy]);
      const { statuses, find, result } = await resultAfter(5000 + evidenceGraceMs);
      expect(statuses).toEqual({ 'a/hangs': 'fail timeout', 'z/healthy': 'pass' });
      expect(find('a/hangs').durationMs).toBe(5000 + evidenceGraceMs);
      expect(result.exitCode).toBe(1);
    });

    it('when it settles twice: the first verdict counts', async () => {
      const run = ({ pass, fail }: Parameters<Check['run']>[0]) => ({
        // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
        then(resolve: (verdict: unknown) => void) {
          resolve(pass('first', { count: 1, what: 'thing' }));
          resolve(fail('wrong', { expected: '', actual: 'second' }));
        },
      });
      const { resultAfter } = begin([makeCheck({ id: 'a/twice', run: run as never }), healthy]);
      expect((await resultAfter(0)).find('a/twice')).toMatchObject({ status: 'pass', summary: 'first' });
    });

    it('when it passes without having examined anything: fail', async () => {
      const run: Check['run'] = async ({ pass }) => pass('all rows hold', { count: 0, what: 'rows' });
      const { resultAfter } = begin([makeCheck({ id: 'a/vacuous', run }), healthy]);
      expect((await resultAfter(0)).find('a/vacuous')).toMatchObject({
        status: 'fail',
        code: 'examined-nothing',
        actual: 'it would have passed (all rows hold), but examined 0 rows',
      });
    });

    it('when its clean-up fails: error', async () => {
      const openProbes = () => ({ probes: {}, close: () => Promise.reject(new Error('stuck')) });
      const { resultAfter } = begin([makeCheck({ id: 'a/one' })], { openProbes });
      expect((await resultAfter(0)).find('a/one')).toMatchObject({
        actual: 'cleaning up: stuck',
        evidence: [],
      });
    });

    it('when its clean-up never ends: the run continues', async () => {
      const openProbes = () => ({ probes: {}, close: () => new Promise<void>(() => {}) });
      const { resultAfter } = begin([makeCheck({ id: 'a/one' })], { openProbes });
      expect((await resultAfter(2000)).statuses).toEqual({ 'a/one': 'pass' });
    });

    it('when it leaves the stack changed: error, after the time that restoring it takes', async () => {
      const stuck = { probes: {}, close: () => new Promise<void>(() => {}), left: () => 'cache is stopped' };
      const { resultAfter, events, clock } = begin([makeCheck({ id: 'a/one' })], { openProbes: () => stuck });
      await clock.advance(59_000);
      expect(events.some(({ type }) => type === 'check-end')).toBe(false);
      const { find } = await resultAfter(1000);
      expect(find('a/one')).toMatchObject({ status: 'error', actual: 'cleaning up: cache is stopped' });
    });

    it('when it fails and its clean-up does too: its own failure, with both', async () => {
      const openProbes = () => ({ probes: {}, close: () => Promise.reject(new Error('stuck')) });
      const { resultAfter } = begin([makeCheck({ id: 'a/one', run: failing })], { openProbes });
      const { find } = await resultAfter(0);
      expect(find('a/one')).toMatchObject({ status: 'fail', code: 'wrong' });
      expect(find('a/one').actual).toMatch(/; cleaning up: stuck$/);
    });

    it('when its probes cannot be made: error', async () => {
      const openProbes = () => Promise.reject(new Error('no such probe'));
      const { resultAfter } = begin([makeCheck({ id: 'a/one' })], { openProbes });
      expect((await resultAfter(0)).find('a/one')).toMatchObject({
        status: 'error',
        actual: 'no such probe',
      });
    });
  });

  describe('deadlines', () => {
    it('lets a check say in its own words what it missed when its probes were aborted', async () => {
      const run: Check['run'] = ({ signal, fail }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () =>
            resolve(fail('wrong', { expected: 'an answer', actual: String(signal.reason.message) })),
          );
        });
      const { resultAfter } = begin([makeCheck({ id: 'a/slow', run })]);
      const found = (await resultAfter(5000)).find('a/slow');
      expect(found).toMatchObject({ code: 'wrong', actual: 'no answer within 5.00 s' });
    });

    it('gives a check no time left after its deadline, and the rest of it before', async () => {
      const seen: number[] = [];
      const run: Check['run'] = ({ signal, remainingMs, fail }) =>
        new Promise((resolve) => {
          seen.push(remainingMs());
          signal.addEventListener('abort', () => {
            seen.push(remainingMs());
            resolve(fail('wrong', { expected: 'an end', actual: 'none' }));
          });
        });
      const { resultAfter } = begin([makeCheck({ id: 'a/slow', run, timeoutMs: 3000 })]);
      await resultAfter(3000);
      expect(seen).toEqual([3000, 0]);
    });

    it('does not count a pass that came too late', async () => {
      const run: Check['run'] = ({ signal, pass }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(pass('late', { count: 1, what: 'thing' })));
        });
      const { resultAfter } = begin([makeCheck({ id: 'a/late', run })]);
      expect((await resultAfter(5000)).statuses).toEqual({ 'a/late': 'fail timeout' });
    });

    it('counts the time of a check from its own start', async () => {
      const seen: number[] = [];
      const run: Check['run'] = async ({ remainingMs, fail }) => {
        seen.push(remainingMs());
        return fail('wrong', { expected: 'this', actual: 'that' });
      };
      const checks = [
        makeCheck({ id: 'a/first', run: hanging }),
        makeCheck({ id: 'b/second', run, timeoutMs: 3000 }),
      ];
      const { find } = await begin(checks, { concurrency: 1, retryForMs: 100 }).resultAfter(10_000);
      const start = 5000 + evidenceGraceMs;
      expect(seen).toEqual([3000, 3000]);
      expect(find('b/second')).toMatchObject({
        startMs: start,
        durationMs: 100,
        attempts: [
          { number: 1, startMs: start, durationMs: 0 },
          { number: 2, startMs: start + 100, durationMs: 0 },
        ],
      });
      expect(find('a/first').attempts).toMatchObject([{ startMs: 0, durationMs: start }]);
    });

    it("takes a check's own timeout before the run's", async () => {
      const { resultAfter } = begin([makeCheck({ id: 'a/patient', timeoutMs: 9000, run: hanging })]);
      expect((await resultAfter(9000 + evidenceGraceMs)).find('a/patient').durationMs).toBe(
        9000 + evidenceGraceMs,
      );
    });

    it('gives back the time that a helper of ours took to start', async () => {
      let giveBack = (_ms: number) => {};
      let remainingMs = () => 0;
      const { clock, resultAfter } = begin([makeCheck({ id: 'a/one', timeoutMs: 1000, run: hanging })], {
        openProbes: (scope) => {
          giveBack = scope.giveBack;
          remainingMs = scope.remainingMs;
          return { probes: {}, close() {} };
        },
      });
      await clock.advance(900);
      giveBack(600);
      expect(remainingMs()).toBe(700);
      expect((await resultAfter(700 + evidenceGraceMs)).find('a/one').durationMs).toBe(
        1600 + evidenceGraceMs,
      );
    });

    it('gives back the time in which the event loop was blocked', async () => {
      const run: Check['run'] = ({ pass, signal }) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          later.push(() => resolve(pass('in time', { count: 1, what: 'thing' })));
        });
      const later: (() => void)[] = [];
      const { resultAfter, clock } = begin([makeCheck({ id: 'a/victim', run })]);
      await clock.advance(1000);
      clock.freeze(10_000);
      await clock.advance(0);
      later[0]?.();
      expect((await resultAfter(0)).statuses).toEqual({ 'a/victim': 'pass' });
    });

    it('ends the run at its deadline: what runs is a timeout, what has not started is skipped', async () => {
      const checks = ['a/1', 'a/2', 'a/3'].map((id) => makeCheck({ id, run: hanging, timeoutMs: 60_000 }));
      const { resultAfter } = begin(checks, { concurrency: 2, deadlineMs: 10_000 });
      const { statuses, result, find } = await resultAfter(10_000 + evidenceGraceMs);
      expect(statuses).toEqual({ 'a/1': 'fail timeout', 'a/2': 'fail timeout', 'a/3': 'skip' });
      expect(find('a/3').reason).toBe("the run's deadline passed before it started");
      expect(result).toMatchObject({ endedBy: 'deadline', exitCode: 124 });
    });

    it('skips what waited for a check that was cut at the deadline, once', async () => {
      const checks = [
        makeCheck({ id: 'a/1', run: hanging, timeoutMs: 60_000 }),
        makeCheck({ id: 'a/2', after: ['a/1'] }),
      ];
      const { resultAfter, events } = begin(checks, { deadlineMs: 10_000 });
      const { statuses, find } = await resultAfter(10_000 + evidenceGraceMs);
      expect(statuses).toEqual({ 'a/1': 'fail timeout', 'a/2': 'skip' });
      expect(find('a/2')).toMatchObject({ startMs: 10_000, durationMs: 0, attempts: [] });
      expect(events.filter(({ type }) => type === 'check-end' || type === 'run-end')).toHaveLength(3);
    });

    it('is ended by the first reason: an interruption after the deadline is none', async () => {
      const controller = new AbortController();
      const { clock, resultAfter } = begin([makeCheck({ id: 'a/1', run: hanging, timeoutMs: 60_000 })], {
        deadlineMs: 10_000,
        signal: controller.signal,
      });
      await clock.advance(10_000);
      controller.abort();
      expect((await resultAfter(evidenceGraceMs)).result).toMatchObject({
        endedBy: 'deadline',
        exitCode: 124,
      });
    });

    it('is not interrupted any more once each check has its verdict', async () => {
      const controller = new AbortController();
      const listener = ({ type }: RunEvent) => {
        if (type === 'check-end') afterTurns(2, () => controller.abort());
      };
      const { run } = begin([makeCheck({ id: 'a/1' })], { signal: controller.signal, listeners: [listener] });
      const result = await run.result;
      expect(result).toMatchObject({ ok: true, exitCode: 0 });
      expect(result).not.toHaveProperty('endedBy');
    });

    it('keeps what a check had seen when the deadline of the run cut it, and not what it made of that', async () => {
      const evidence = [fact('last line', 'Collecting page data')];
      const run: Check['run'] = ({ signal, fail }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () =>
            resolve(fail('wrong', { expected: 'an end', actual: 'no end', evidence })),
          );
        });
      const checks = [
        makeCheck({ id: 'a/1', run, timeoutMs: 60_000 }),
        makeCheck({ id: 'a/2', run: hanging }),
      ];
      const { resultAfter } = begin(checks, { timeoutMs: 60_000, deadlineMs: 10_000 });
      const { result, find } = await resultAfter(10_000 + evidenceGraceMs);
      expect(find('a/1')).toMatchObject({
        status: 'fail',
        code: 'timeout',
        actual: 'none was given',
        evidence,
      });
      expect(find('a/2')).toMatchObject({ status: 'fail', code: 'timeout', evidence: [] });
      expect(result).toMatchObject({ endedBy: 'deadline', exitCode: 124 });
    });

    it('ends when it is interrupted, with the exit code of the signal', async () => {
      const controller = new AbortController();
      const checks = [makeCheck({ id: 'a/1', run: hanging }), makeCheck({ id: 'a/2', after: ['a/1'] })];
      const { resultAfter, clock, events } = begin(checks, { signal: controller.signal });
      await clock.advance(100);
      controller.abort(Object.assign(new Error('SIGTERM'), { exitCode: 143 }));
      const { statuses, result } = await resultAfter(0);
      expect(statuses).toEqual({ 'a/1': 'skip', 'a/2': 'skip' });
      expect(result).toMatchObject({ endedBy: 'interrupted', exitCode: 143, ok: false });
      expect(events.filter(({ type }) => type === 'run-end')).toHaveLength(1);
    });
  });

  describe('retries', () => {
    const passesAt = (attempt: number) => {
      let attempts = 0;
      const run: Check['run'] = async (context) =>
        ++attempts < attempt ? failing(context) : context.pass('now', { count: 1, what: 'thing' });
      return makeCheck({ id: 'a/flaky', run });
    };

    it('keeps every attempt and marks a late pass as flaky', async () => {
      const { resultAfter } = begin([passesAt(3)], { retryForMs: 10_000 });
      const { find, result } = await resultAfter(10_000);
      expect(find('a/flaky')).toMatchObject({ status: 'pass', flaky: true });
      expect(find('a/flaky').attempts.map(({ status, startMs }) => [status, startMs])).toEqual([
        ['fail', 0],
        ['fail', 100],
        ['pass', 250],
      ]);
      expect(result).toMatchObject({ exitCode: 0, summary: { flaky: 1 } });
    });

    it('gives up when the time for it is over', async () => {
      const { resultAfter } = begin([passesAt(1000)], { retryForMs: 3000 });
      const { find, result } = await resultAfter(10_000);
      expect(find('a/flaky').status).toBe('fail');
      expect(find('a/flaky').durationMs).toBeLessThanOrEqual(3000);
      expect(result.exitCode).toBe(1);
    });

    it('waits longer before each attempt, and at most two seconds', async () => {
      const { resultAfter } = begin([passesAt(13)], { retryForMs: 60_000 });
      const starts = (await resultAfter(60_000)).find('a/flaky').attempts.map(({ startMs }) => startMs);
      const pauses = starts.slice(1).map((start, index) => Math.round(start - (starts[index] as number)));
      expect(pauses).toEqual([100, 150, 225, 338, 506, 759, 1139, 1709, 2000, 2000, 2000, 2000]);
    });

    it('starts no attempt that would begin after the deadline of the run', async () => {
      const { resultAfter } = begin([passesAt(1000)], { retryForMs: 60_000, deadlineMs: 250 });
      const { find, result } = await resultAfter(250);
      expect(find('a/flaky').attempts.map(({ startMs }) => startMs)).toEqual([0, 100]);
      expect(result).toMatchObject({ exitCode: 1 });
      expect(result).not.toHaveProperty('endedBy');
    });

    it('announces each attempt and whether another follows', async () => {
      const { resultAfter, events } = begin([passesAt(2)], { retryForMs: 1000 });
      await resultAfter(1000);
      expect(events.map((event) => (event.type === 'attempt' ? event.willRetry : event.type))).toEqual([
        'run-start',
        'check-start',
        true,
        false,
        'check-end',
        'run-end',
      ]);
    });

    it('keeps the failure of the last attempt where the run is interrupted before the next', async () => {
      const controller = new AbortController();
      const { resultAfter, clock } = begin([passesAt(2)], {
        retryForMs: 60_000,
        signal: controller.signal,
      });
      await clock.advance(50);
      controller.abort();
      const { find, result } = await resultAfter(0);
      expect(find('a/flaky')).toMatchObject({ status: 'fail', code: 'wrong', actual: 'that', startMs: 0 });
      expect(find('a/flaky').evidence).toEqual([]);
      expect(result).toMatchObject({ endedBy: 'interrupted', exitCode: 130 });
      expect(clock.pending).toBe(0);
    });

    it('tries once without --retry-for', async () => {
      const { resultAfter } = begin([passesAt(2)]);
      expect((await resultAfter(0)).find('a/flaky').attempts).toHaveLength(1);
    });

    it('does not hold a place while it waits for the next attempt', async () => {
      const { resultAfter, events } = begin([passesAt(2), makeCheck({ id: 'b/next' })], {
        retryForMs: 1000,
        concurrency: 1,
      });
      await resultAfter(1000);
      const ends = events.flatMap((event) => (event.type === 'check-end' ? [event.check.id] : []));
      expect(ends).toEqual(['b/next', 'a/flaky']);
    });

    it('does not try a broken check again', async () => {
      const run = () => Promise.reject(new Error('boom'));
      const { resultAfter } = begin([makeCheck({ id: 'a/broken', run })], { retryForMs: 1000 });
      expect((await resultAfter(0)).find('a/broken').attempts).toHaveLength(1);
    });
  });

  describe('what does not run', () => {
    it('starts nothing more after the first failure with --bail', async () => {
      const checks = [makeCheck({ id: 'a/1', run: failing }), makeCheck({ id: 'a/2' })];
      const { resultAfter } = begin(checks, { bail: true, concurrency: 1 });
      const { statuses, result } = await resultAfter(0);
      expect(statuses).toEqual({ 'a/1': 'fail wrong', 'a/2': 'skip' });
      expect(result).toMatchObject({ endedBy: 'bail', exitCode: 1 });
    });

    it('ends what runs after the first failure with --bail, and a broken check is one', async () => {
      const checks = [
        makeCheck({ id: 'a/1', run: () => Promise.reject(new Error('boom')) }),
        makeCheck({ id: 'a/2', run: hanging }),
      ];
      const { find, result } = await begin(checks, { bail: true }).resultAfter(0);
      expect(find('a/2')).toMatchObject({
        status: 'skip',
        reason: 'the run ended at the first failure (--bail)',
      });
      expect(result).toMatchObject({ endedBy: 'bail', exitCode: 70 });
    });

    it('says at the failure of a check without an end how it gets more time', async () => {
      const { resultAfter } = begin([makeCheck({ id: 'a/1', run: hanging })], { timeoutMs: 1500 });
      expect((await resultAfter(1500 + evidenceGraceMs)).find('a/1')).toMatchObject({
        expected: 'a verdict within 1.50 s',
        hint: 'give it more time: --timeout 3.00s',
        failureTitle: 'The check timed out',
      });
    });

    it('runs nothing where it was interrupted before it began', async () => {
      const signal = AbortSignal.abort();
      let ran = false;
      const run: Check['run'] = async ({ pass }) => {
        ran = true;
        return pass('done', { count: 1, what: 'thing' });
      };
      const { find, result } = await begin([makeCheck({ id: 'a/1', run })], { signal }).resultAfter(0);
      expect(find('a/1').reason).toBe('the run was interrupted before it started');
      expect([ran, result.endedBy, result.exitCode]).toEqual([false, 'interrupted', 130]);
    });

    it('continues after an advisory failure with --bail', async () => {
      const checks = [makeCheck({ id: 'a/1', level: 'advisory', run: failing }), makeCheck({ id: 'a/2' })];
      const { resultAfter } = begin(checks, { bail: true, concurrency: 1 });
      expect((await resultAfter(0)).statuses['a/2']).toBe('pass');
    });

    it('ends with 2 when all that it ran was skipped, and with 0 when there was nothing to run', async () => {
      const skipping: Check['run'] = async ({ skip }) => skip('not here');
      const { result } = await begin([makeCheck({ id: 'a/one', run: skipping })]).resultAfter(0);
      expect(result).toMatchObject({ exitCode: 2, ok: false, nothingExamined: { code: 'all-skipped' } });
      const { result: empty } = await begin([]).resultAfter(0);
      expect(empty).toMatchObject({ exitCode: 0, ok: true, nothingExamined: { code: 'empty-shard' } });
      const mixed = [makeCheck({ id: 'a/one', run: skipping }), makeCheck({ id: 'a/two' })];
      expect((await begin(mixed).resultAfter(0)).result).not.toHaveProperty('nothingExamined');
    });

    it('takes the effects that a check has with its options', async () => {
      const check = makeCheck({
        id: 'a/one',
        effects: ({ method }: Record<string, unknown>) => (method === 'GET' ? 'none' : 'temporary'),
      });
      const withMethod = (method: string) => {
        const options = new Map([['a/one', { method }]]);
        return begin([], { plan: makePlan([check], options), options, readOnly: true }).resultAfter(0);
      };
      expect((await withMethod('GET')).statuses).toEqual({ 'a/one': 'pass' });
      const { statuses, result } = await withMethod('POST');
      expect(statuses).toEqual({ 'a/one': 'skip' });
      expect(result.checks[0]?.effects).toBe('temporary');
    });

    it('makes an error of what a probe refused, and a skip of what fails where a page was blocked', async () => {
      const { statuses, find } = await begin(
        [makeCheck({ id: 'a/refused' }), makeCheck({ id: 'b/blocked', run: failing })],
        {
          openProbes: ({ check, refuse, hinder }) => {
            if (check.id === 'a/refused') refuse('refused by the probe: POST /');
            else hinder('POST /v1/traces');
            return { probes: {}, close() {} };
          },
        },
      ).resultAfter(0);
      expect(statuses).toEqual({ 'a/refused': 'error undeclared-effect', 'b/blocked': 'skip' });
      expect(find('b/blocked').reason).toBe(
        'the read-only run blocked POST /v1/traces, and without it: that',
      );
    });

    it('makes a timeout of what fails after a question for which no time was left, and keeps a pass', async () => {
      const { statuses, find } = await begin(
        [makeCheck({ id: 'a/fails', run: failing }), makeCheck({ id: 'b/passes' })],
        {
          openProbes: ({ outOfTime }) => {
            outOfTime('no reply to PING within 1 ms');
            return { probes: {}, close() {} };
          },
        },
      ).resultAfter(0);
      expect(statuses).toEqual({ 'a/fails': 'fail timeout', 'b/passes': 'pass' });
      expect(find('a/fails')).toMatchObject({
        expected: 'a verdict within 5.00 s',
        actual: 'most of that was spent before the last question: no reply to PING within 1 ms',
      });
    });

    it('keeps a pass where a page was blocked, and names the first that was', async () => {
      const { statuses, find } = await begin(
        [makeCheck({ id: 'a/passes' }), makeCheck({ id: 'b/fails', run: failing })],
        {
          openProbes: ({ hinder }) => {
            hinder('POST /first');
            hinder('POST /second');
            return { probes: {}, close() {} };
          },
        },
      ).resultAfter(0);
      expect(statuses).toEqual({ 'a/passes': 'pass', 'b/fails': 'skip' });
      expect(find('b/fails').reason).toContain('blocked POST /first, ');
    });

    it('closes the probes of an attempt once, also where they came after its end', async () => {
      let closed = 0;
      const openProbes = () =>
        new Promise<{ probes: object; close(): void }>((resolve) => {
          opened = () => resolve({ probes: {}, close: () => void closed++ });
        });
      let opened = () => {};
      const { clock, resultAfter } = begin([makeCheck({ id: 'a/1' })], { openProbes });
      const { statuses } = await resultAfter(6000);
      expect(statuses).toEqual({ 'a/1': 'fail timeout' });
      opened();
      await clock.advance(0);
      expect(closed).toBe(1);
    });

    it('reports an error of a clean-up that throws at once', async () => {
      const openProbes = () => ({
        probes: {},
        close: () => {
          throw new Error('stuck');
        },
      });
      expect(
        (await begin([makeCheck({ id: 'a/1' })], { openProbes }).resultAfter(0)).find('a/1'),
      ).toMatchObject({ status: 'error', code: 'threw', actual: 'cleaning up: stuck' });
    });

    it('skips what writes in a read-only run', async () => {
      const checks = [makeCheck({ id: 'a/1', effects: 'temporary' }), makeCheck({ id: 'a/2' })];
      const { resultAfter } = begin(checks, { readOnly: true });
      const { find, statuses } = await resultAfter(0);
      expect(statuses).toEqual({ 'a/1': 'skip', 'a/2': 'pass' });
      expect(find('a/1').reason).toBe('it could write (temporary), and the run is read-only');
    });

    it('skips what uses a service that is switched off', async () => {
      const stack = withServices(exampleStack, { cache: { enabled: false } });
      const { resultAfter } = begin([makeCheck({ id: 'a/1', uses: ['cache'] })], { stack });
      expect((await resultAfter(0)).find('a/1')).toMatchObject({
        status: 'skip',
        enable: 'services.cache.enabled: true',
      });
    });

    it('skips what takes services away from an external stack', async () => {
      const stack = { ...exampleStack, runtime: 'external' as const };
      const { resultAfter } = begin([makeCheck({ id: 'a/1', effects: 'disruptive' })], { stack });
      expect((await resultAfter(0)).statuses).toEqual({ 'a/1': 'skip' });
    });
  });

  it('hands each check its options, and an empty map to one that has none', async () => {
    const seen: unknown[] = [];
    const run: Check['run'] = async ({ options, pass }) => {
      seen.push(options);
      return pass('fine', { count: 1, what: 'thing' });
    };
    const checks = ['a/one', 'a/two'].map((id) => makeCheck({ id, run }));
    await begin(checks, { options: new Map([['a/one', { path: '/up' }]]) }).resultAfter(0);
    expect(seen).toEqual([{ path: '/up' }, {}]);
  });

  it('reports the waivers that nothing needed, and in a shard those that another may need', async () => {
    const waiver = {
      ...{ check: 'a/one', reason: 'r', owner: 'ana', until: '2027-01-01', where: 'w.yaml:2' },
      ...{ hasEnded: false, covers: ['a/one'] },
    };
    const acceptance = { find: () => undefined, findUnneeded: () => [waiver] };
    const checks = [makeCheck({ id: 'a/one' })];
    const { result } = await begin(checks, { acceptance }).resultAfter(0);
    expect(result.unusedWaivers).toMatchObject([{ check: 'a/one', why: 'the check passes again' }]);
    expect(result).not.toHaveProperty('shard');
    const shard = { index: 1, count: 2, checks: ['a/one'] };
    const plan = { ...makePlan(checks), shard };
    expect((await begin(checks, { plan, acceptance }).resultAfter(0)).result.shard).toEqual({
      ...shard,
      waivers: [waiver],
    });
    const none = { ...acceptance, findUnneeded: () => [] };
    expect((await begin(checks, { plan, acceptance: none }).resultAfter(0)).result.shard).toEqual(shard);
    expect((await begin(checks, { plan }).resultAfter(0)).result.shard).toEqual(shard);
  });

  it('runs at most as many checks at once as it may', async () => {
    let active = 0;
    let most = 0;
    const run: Check['run'] = async ({ pass }) => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setImmediate(resolve));
      active--;
      return pass('done', { count: 1, what: 'thing' });
    };
    const checks = Array.from({ length: 20 }, (_, index) => makeCheck({ id: `a/${index}`, run }));
    await begin(checks, { concurrency: 3 }).resultAfter(0);
    expect(most).toBe(3);
  });

  it('runs what takes services away alone and last, and what comes after it after that', async () => {
    const order: string[] = [];
    const noted = (id: string, more: Partial<Check> = {}) =>
      makeCheck({
        id,
        ...more,
        run: async ({ pass }) => {
          order.push(`${id} starts`);
          await new Promise((resolve) => setImmediate(resolve));
          order.push(`${id} ends`);
          return pass('done', { count: 1, what: 'thing' });
        },
      });
    const checks = [
      noted('a/stops', { effects: 'disruptive' }),
      noted('b/recovers', { after: ['a/stops'] }),
      noted('c/other'),
      noted('a/stops-too', { effects: 'disruptive' }),
    ];
    await begin(checks).resultAfter(0);
    expect(order).toEqual(
      ['c/other', 'a/stops', 'a/stops-too', 'b/recovers'].flatMap((id) => [`${id} starts`, `${id} ends`]),
    );
  });

  it('runs those that stop the same service beside each other, and nothing else beside them', async () => {
    const running = new Set<string>();
    const seen: string[] = [];
    const noted = (id: string, more: Partial<Check>) =>
      makeCheck({
        id,
        ...more,
        run: async ({ pass }) => {
          running.add(id);
          await new Promise((resolve) => setImmediate(resolve));
          seen.push([...running].join(' '));
          await new Promise((resolve) => setImmediate(resolve));
          running.delete(id);
          return pass('done', { count: 1, what: 'thing' });
        },
      });
    const stops = (service: string) => ({ effects: 'disruptive' as const, stops: service });
    const checks = [
      noted('a/db', stops('database')),
      noted('a/cache', stops('cache')),
      noted('a/alone', { runsAlone: true }),
      noted('b/db', stops('database')),
      noted('b/other', {}),
      noted('c/any', { effects: 'disruptive' }),
    ];
    await begin(checks).resultAfter(0);
    expect(seen).toEqual(['b/other', 'a/alone', 'a/cache', 'a/db b/db', 'a/db b/db', 'c/any']);
  });

  it('tries again what runs alone', async () => {
    let attempts = 0;
    const run: Check['run'] = async (context) =>
      ++attempts < 3 ? failing(context) : context.pass('now', { count: 1, what: 'thing' });
    const checks = [makeCheck({ id: 'a/alone', runsAlone: true, run }), makeCheck({ id: 'b/other' })];
    const { statuses } = await begin(checks, { retryForMs: 1000 }).resultAfter(1000);
    expect(statuses).toEqual({ 'a/alone': 'pass', 'b/other': 'pass' });
  });

  it('runs what uses up what others share alone, and after a check that is tried again', async () => {
    let attempts = 0;
    const order: string[] = [];
    const checks = [
      makeCheck({
        id: 'a/alone',
        runsAlone: true,
        run: async ({ pass }) => {
          order.push('a/alone');
          return pass('done', { count: 1, what: 'thing' });
        },
      }),
      makeCheck({
        id: 'b/flaky',
        run: async (context) => {
          order.push('b/flaky');
          return ++attempts < 3 ? failing(context) : context.pass('now', { count: 1, what: 'thing' });
        },
      }),
    ];
    await begin(checks, { retryForMs: 1000 }).resultAfter(1000);
    expect(order).toEqual(['b/flaky', 'b/flaky', 'b/flaky', 'a/alone']);
  });

  it('proves nothing where all that was selected is skipped, whatever passes before it', async () => {
    const checks = [
      makeCheck({ id: 'a/before' }),
      makeCheck({
        id: 'b/asked',
        after: ['a/before'],
        run: async ({ skip }) => skip('not here', 'turn it on'),
      }),
    ];
    const plan = { ...makePlan(checks), selected: new Set(['b/asked']) };
    const { result } = await begin(checks, { plan }).resultAfter(0);
    expect(result).toMatchObject({
      ok: false,
      exitCode: 2,
      nothingExamined: { message: 'nothing was examined: the only selected check was skipped' },
    });
    const broken = [makeCheck({ id: 'a/before', run: failing }), checks[1] as Check];
    const failed = await begin(broken, { plan: { ...plan, ...makePlan(broken) } }).resultAfter(0);
    expect(failed.result).toMatchObject({ exitCode: 1 });
  });

  it('hides secrets in every text of a result', async () => {
    const run: Check['run'] = async ({ fail }) =>
      fail('wrong', {
        expected: 'no secret',
        actual: 'password hunter2',
        evidence: [{ kind: 'fact', label: 'url', value: 'postgres://u:hunter2@h' }],
      });
    const redact = (text: string) => text.replaceAll('hunter2', '[redacted]');
    const { resultAfter, events } = begin([makeCheck({ id: 'a/leaks', run })], { redact });
    expect(JSON.stringify((await resultAfter(0)).result)).not.toContain('hunter2');
    expect(JSON.stringify(events)).not.toContain('password hunter2');
  });

  it('gives every check a verdict when it is abandoned, and names the one that blocks the process', () => {
    const checks = [
      makeCheck({ id: 'a/busy', run: hanging }),
      makeCheck({ id: 'a/next', after: ['a/busy'] }),
    ];
    const { run } = begin(checks);
    const result = run.abandon('a/busy');
    expect(result.checks.map(({ id, status, code }) => [id, status, code])).toEqual([
      ['a/busy', 'error', 'stalled'],
      ['a/next', 'blocked', undefined],
    ]);
    expect(result).toMatchObject({ exitCode: 124, endedBy: 'deadline' });
  });

  it('abandons what runs beside the check that blocks the process, and keeps what has a verdict', async () => {
    let release = () => {};
    const checks = [
      makeCheck({ id: 'a/done' }),
      makeCheck({ id: 'b/blocks', run: hanging }),
      makeCheck({
        id: 'c/runs',
        run: ({ pass }) =>
          new Promise((resolve) => {
            release = () => resolve(pass('late', { count: 1, what: 'thing' }));
          }),
      }),
      makeCheck({ id: 'd/pauses', run: failing }),
      makeCheck({ id: 'e/waits', after: ['b/blocks'] }),
      makeCheck({ id: 'f/waits', after: ['c/runs'] }),
    ];
    const { clock, run, events } = begin(checks, { retryForMs: 60_000 });
    const ends = () => events.flatMap((event) => (event.type === 'check-end' ? [event.check.id] : []));
    await clock.advance(0);
    const { checks: results } = run.abandon('b/blocks');
    const before = events.length;
    release();
    await clock.advance(0);
    expect(events.slice(before)).toEqual([]);
    const reason = 'another check blocked the process before it had its verdict';
    expect(results).toMatchObject([
      { id: 'a/done', status: 'pass' },
      { id: 'b/blocks', status: 'error', code: 'stalled' },
      { id: 'c/runs', status: 'skip', reason },
      { id: 'd/pauses', status: 'fail', code: 'wrong' },
      { id: 'e/waits', status: 'blocked', blockedBy: ['b/blocks'] },
      { id: 'f/waits', status: 'skip', reason: `it builds on c/runs, which was skipped: ${reason}` },
    ]);
    expect(ends().sort()).toEqual(checks.map(({ id }) => id));
  });

  it('abandons a run of which no check is known to block the process', () => {
    const result = begin([makeCheck({ id: 'a/one' })]).run.abandon(undefined);
    expect(result.checks).toMatchObject([
      { status: 'skip', reason: 'another check blocked the process before it had its verdict' },
    ]);
    expect(result).toMatchObject({ endedBy: 'deadline', exitCode: 124 });
  });
});

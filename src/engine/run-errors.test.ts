import { AsyncResource } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import type { Check } from '../check/define-check.ts';
import { beginRun } from '../testing/begin-run.ts';
import { failing, makeCheck } from '../testing/make-check.ts';
import type { Acceptance } from './acceptance.ts';
import type { RunEvent } from './events.ts';
import type { RunOptions } from './run-options.ts';
import { inAttempt } from './stray-errors.ts';

const boom = (): never => {
  throw new Error('boom');
};
const accepting = (more: Partial<Acceptance>): Acceptance => ({
  find: () => undefined,
  findUnneeded: () => [],
  ...more,
});
const deep = Array.from({ length: 20_000 }).reduce<unknown>((inner) => [inner], 'end');
/** A check whose verdict is not copied, as its code is ours. */
const bounded = (run: Check['run']) => makeCheck({ id: 'a/broken', isBounded: true, run });
const seeing = (evidence: unknown) =>
  bounded(async ({ pass }) => pass('fine', { count: 1, what: 'row' }, [evidence] as never));

describe('an error after a check has returned its verdict', () => {
  const broken: [string, Check, Partial<RunOptions>, string][] = [
    [
      'evidence too deep to redact',
      seeing({ kind: 'query', label: 'row', statement: 'select', rows: [{ deep }], rowCount: 1 }),
      { redact: (text) => text },
      'Maximum call stack size exceeded',
    ],
    [
      'evidence without its parts',
      seeing({ kind: 'http', label: 'answer', exchange: {} }),
      {},
      "Cannot read properties of undefined (reading 'url')",
    ],
    ['a hint that cannot be fitted', bounded(failing), { fitHint: boom }, 'boom'],
    ['waivers that cannot be read', bounded(failing), { acceptance: accepting({ find: boom }) }, 'boom'],
  ];

  it.each(broken)('makes that check an error at once: %s', async (_what, check, options, message) => {
    const checks = [check, makeCheck({ id: 'a/next', after: ['a/broken'] }), makeCheck({ id: 'b/fine' })];
    const { run } = beginRun(checks, { clock: systemClock, ...options });
    const result = await run.result;
    expect(result.checks).toMatchObject([
      { status: 'error', code: 'threw', evidence: [], attempts: [{ number: 1 }] },
      { status: 'blocked', blockedBy: ['a/broken'] },
      { status: 'pass' },
    ]);
    expect(result.checks[0]?.actual).toBe(`no result could be made of its verdict: ${message}`);
    expect(result.checks[0]?.hint).toMatch(/^thrown at /);
    expect(result).toMatchObject({ exitCode: 70 });
    expect(result).not.toHaveProperty('endedBy');
  });

  it('shows no text that cannot be redacted', async () => {
    const redact = (text: string) => (text.includes('hunter2') ? boom() : text);
    const check = makeCheck({
      id: 'a/one',
      title: 'a title with hunter2',
      failureTitle: 'a failure with hunter2',
      run: async ({ fail }) => fail('wrong', { expected: 'this', actual: 'hunter2' }),
    });
    const { result } = await beginRun([check], { redact }).resultAfter(0);
    expect(JSON.stringify(result)).not.toContain('hunter2');
    expect(result.checks[0]).toMatchObject({
      status: 'error',
      title: '(omitted: it cannot be redacted)',
      attempts: [{ actual: '(omitted: it cannot be redacted)' }],
    });
  });

  it('is none of a check that was never tried', async () => {
    const checks = [makeCheck({ id: 'a/one', run: async ({ skip }) => skip('secret') })];
    const redact = (text: string) => (text === 'secret' ? boom() : text);
    const { statuses } = await beginRun(checks, { redact }).resultAfter(0);
    expect(statuses).toEqual({ 'a/one': 'error threw' });
  });
});

describe("an error of the run's own code", () => {
  it.each(['run-start', 'check-start', 'attempt', 'check-end', 'run-end'])(
    'is reported with every verdict where a listener of %s throws, and the other listeners are called',
    async (type) => {
      const seen: string[] = [];
      const listeners = [
        (event: RunEvent) => (event.type === type ? boom() : undefined),
        (event: RunEvent) => seen.push(event.type),
      ];
      const { run } = beginRun([makeCheck({ id: 'a/one' })], { listeners, clock: systemClock });
      const result = await run.result;
      expect(seen).toEqual(['run-start', 'check-start', 'attempt', 'check-end', 'run-end']);
      expect(result).toMatchObject({
        exitCode: 70,
        ok: false,
        internalError: `a listener of ${type}: boom`,
        checks: [{ status: 'pass' }],
      });
    },
  );

  it('is reported where the waivers cannot be compared', async () => {
    const acceptance = accepting({ findUnneeded: boom });
    const { result } = await beginRun([makeCheck({ id: 'a/one' })], { acceptance }).resultAfter(0);
    expect(result).toMatchObject({ exitCode: 70, internalError: 'the waivers: boom' });
  });

  it('leaves a failure as it is where the service cannot be asked', async () => {
    const check = makeCheck({
      id: 'a/one',
      needs: ['http'],
      uses: ['api'],
      codes: { timeout: { means: 'no answer', hint: 'wait' } },
      run: async ({ fail }) => fail('timeout', { expected: 'an answer', actual: 'none' }),
    });
    const ask = () => Promise.reject(new Error('no socket'));
    const { result, find } = await beginRun([check], { ask }).resultAfter(0);
    expect(find('a/one')).toMatchObject({ status: 'fail', code: 'timeout', actual: 'none' });
    expect(result).toMatchObject({ exitCode: 70, internalError: 'asking a service: no socket' });
  });

  it('is an error of the check where it is not known what is left of its changes', async () => {
    const openProbes = () => ({ probes: {}, close: () => new Promise<void>(() => {}), left: boom });
    const { clock, events, resultAfter } = beginRun([makeCheck({ id: 'a/one' })], { openProbes });
    await clock.advance(59_000);
    expect(events.some(({ type }) => type === 'check-end')).toBe(false);
    expect((await resultAfter(1000)).find('a/one')).toMatchObject({
      status: 'error',
      actual: 'cleaning up: boom',
    });
  });
});

/** Throws as a timer would: Node.js calls the listeners of the process, and here only the run's. */
function throwAstray(event: 'uncaughtException' | 'unhandledRejection', thrown: unknown): void {
  const listener = process.listeners(event as 'uncaughtException').at(-1) as (thrown: unknown) => void;
  listener(thrown);
}

describe.each(['uncaughtException', 'unhandledRejection'] as const)('an %s', (event) => {
  it('of a running check ends it, and no other', async () => {
    const checks = ['a/one', 'b/two'].map((id) =>
      makeCheck({
        id,
        run: async ({ pass }) => {
          await new Promise((resolve) => setImmediate(resolve));
          if (id === 'a/one') throwAstray(event, new Error('boom'));
          await new Promise((resolve) => setImmediate(resolve));
          return pass('fine', { count: 1, what: 'thing' });
        },
      }),
    );
    const { result, find, statuses } = await beginRun(checks).resultAfter(0);
    expect(statuses).toEqual({ 'a/one': 'error threw', 'b/two': 'pass' });
    expect(find('a/one')).toMatchObject({ actual: 'outside of its promise: boom', evidence: [] });
    expect(result).toMatchObject({ exitCode: 70 });
    expect(result).not.toHaveProperty('internalError');
  });

  it('of a check that has returned makes it an error, redacted, also after the last verdict', async () => {
    const check = makeCheck({
      id: 'a/one',
      run: async ({ pass }) => {
        setImmediate(() => setImmediate(() => throwAstray(event, new Error('no hunter2'))));
        return pass('fine', { count: 1, what: 'thing' });
      },
    });
    const redact = (text: string) => text.replaceAll('hunter2', '***');
    const { events, resultAfter } = beginRun([check, makeCheck({ id: 'b/two' })], { redact });
    const { result, statuses, find } = await resultAfter(0);
    expect(statuses).toEqual({ 'a/one': 'error threw-after-return', 'b/two': 'pass' });
    expect(find('a/one')).toMatchObject({ actual: 'after it had returned: no ***' });
    expect(result).toMatchObject({ exitCode: 70, summary: { error: 1, pass: 1 } });
    expect(events.at(-1)).toMatchObject({ type: 'run-end', result: { summary: { error: 1, pass: 1 } } });
  });

  it('of an attempt that is over is not taken for one of the next attempt', async () => {
    let attempts = 0;
    let throwOfFirst = () => {};
    const check = makeCheck({
      id: 'a/one',
      run: async (context) => {
        if (++attempts === 1) {
          throwOfFirst = AsyncResource.bind(() => throwAstray(event, new Error('boom')));
          return failing(context);
        }
        await new Promise((resolve) => setImmediate(resolve));
        throwOfFirst();
        await new Promise((resolve) => setImmediate(resolve));
        return context.pass('fine', { count: 1, what: 'thing' });
      },
    });
    const { statuses, find } = await beginRun([check], { retryForMs: 1000 }).resultAfter(1000);
    expect(statuses).toEqual({ 'a/one': 'error threw-after-return' });
    expect(find('a/one').attempts.map(({ status }) => status)).toEqual(['fail', 'pass']);
  });

  it('of no check is an internal error of the run, the first one, redacted', async () => {
    const openProbes = () => {
      inAttempt({ checkId: 'x/unknown', number: 1, isOver: () => false }, () =>
        throwAstray(event, new Error('no hunter2')),
      );
      inAttempt(undefined as never, () => throwAstray(event, new Error('second')));
      return { probes: {}, close() {} };
    };
    const redact = (text: string) => text.replaceAll('hunter2', '***');
    const { result } = await beginRun([makeCheck({ id: 'a/one' })], { openProbes, redact }).resultAfter(0);
    expect(result).toMatchObject({ exitCode: 70, internalError: 'no ***', checks: [{ status: 'pass' }] });
  });

  it('is not caught any more when the run is over', async () => {
    const before = process.listeners(event as 'uncaughtException');
    const { resultAfter } = beginRun([makeCheck({ id: 'a/one' })]);
    expect(process.listeners(event as 'uncaughtException')).toHaveLength(before.length + 1);
    await resultAfter(0);
    expect(process.listeners(event as 'uncaughtException')).toEqual(before);
  });
});

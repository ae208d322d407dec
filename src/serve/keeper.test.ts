import { describe, expect, it } from 'vitest';
import { Fault } from '../base/errors.ts';
import type { RunResult } from '../check/result.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { sampleResults } from '../testing/sample-results.ts';
import { type KeeperOptions, startKeeper } from './keeper.ts';

const [green, red] = [sampleResults['all-well'], sampleResults.trouble] as [RunResult, RunResult];

/** A keeper whose runs end when the test says so. */
function keep(options: Partial<KeeperOptions> = {}) {
  const clock = createFakeClock();
  const stop = new AbortController();
  const open: { resolve(result: RunResult): void; reject(error: unknown): void; signal: AbortSignal }[] = [];
  const keeper = startKeeper({
    run: (signal) =>
      new Promise((resolve, reject) => {
        open.push({ resolve, reject, signal });
      }),
    everyMs: 30_000,
    onRequest: false,
    longestRunMs: 60_000,
    signal: stop.signal,
    clock,
    ...options,
  });
  return { keeper, clock, open, stop };
}

describe('the keeper', () => {
  it('has no verdict before the end of the first run', async () => {
    const { keeper } = keep();
    expect(keeper.isRunning).toBe(true);
    expect((await keeper.current()).fault).toMatchObject({ code: 'not-yet-verified', exitCode: 69 });
  });

  it('starts the next run after the interval, and never two at once', async () => {
    const { keeper, clock, open } = keep();
    await clock.advance(100_000);
    expect(open).toHaveLength(1);
    open[0]?.resolve(green);
    await clock.advance(999);
    expect(open).toHaveLength(1);
    await clock.advance(1);
    expect(open).toHaveLength(2);
    open[1]?.resolve(red);
    await clock.advance(29_999);
    expect(open).toHaveLength(2);
    await clock.advance(1);
    expect(open).toHaveLength(3);
    expect(keeper.counts).toEqual({ passed: 1, failed: 1, broken: 0 });
  });

  it('does not serve an old verdict when the latest run has none', async () => {
    const { keeper, clock, open } = keep();
    open[0]?.resolve(green);
    await clock.advance(30_000);
    open[1]?.reject(new Fault({ code: 'no-stack', message: 'nothing runs' }));
    await clock.advance(0);
    const outcome = await keeper.current();
    expect(outcome.fault?.code).toBe('no-stack');
    expect(outcome.result).toBeUndefined();
  });

  it('does not serve a verdict that no run has replaced in time', async () => {
    const { keeper, clock, open } = keep();
    open[0]?.resolve(green);
    await clock.advance(0);
    clock.freeze(90_000);
    expect((await keeper.current()).result).toBe(green);
    clock.freeze(1);
    const outcome = await keeper.current();
    expect(outcome.fault?.code).toBe('stale-result');
    expect(outcome.result).toBeUndefined();
  });

  it('runs on request once for all callers, and again once the verdict is old', async () => {
    const { keeper, clock, open } = keep({ onRequest: true });
    await clock.advance(100_000);
    expect(open).toHaveLength(0);
    const callers = Array.from({ length: 50 }, () => keeper.current());
    expect(open).toHaveLength(1);
    open[0]?.resolve(green);
    expect(new Set(await Promise.all(callers)).size).toBe(1);
    await clock.advance(29_999);
    expect((await keeper.current()).number).toBe(1);
    await clock.advance(1);
    void keeper.current();
    expect(open).toHaveLength(2);
  });

  it('drops the interrupted run, and ends once it has ended', async () => {
    const { keeper, clock, open, stop } = keep({ onRequest: true });
    const waiting = keeper.current();
    let ended = false;
    void keeper.ended.then(() => {
      ended = true;
    });
    stop.abort();
    expect(open[0]?.signal.aborted).toBe(true);
    await clock.advance(60_000);
    expect(ended).toBe(false);
    open[0]?.resolve(green);
    expect((await waiting).fault?.code).toBe('stopping');
    await keeper.ended;
    expect(keeper.latest).toBeUndefined();
    expect((await keeper.current()).fault?.code).toBe('stopping');
    expect(open).toHaveLength(1);
  });

  it('leaves no timer after the end', async () => {
    const { keeper, clock, open, stop } = keep();
    open[0]?.resolve(green);
    await clock.advance(0);
    expect(clock.pending).toBe(1);
    stop.abort();
    await keeper.ended;
    expect(clock.pending).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { countIncomparable, durationsOf, entryIn, findFlaky, type HistoryEntry } from './history.ts';

let minute = 0;
const entry = (given: Partial<HistoryEntry>): HistoryEntry => {
  minute++;
  return {
    check: 'api/health',
    status: 'pass',
    attempts: 1,
    durationMs: 10,
    run: `run-${minute}`,
    at: new Date(Date.parse('2026-01-01T00:00:00Z') + minute * 60_000).toISOString(),
    commit: 'abc',
    isClean: true,
    setup: 'embedded 1',
    ...given,
  };
};
const failed: Partial<HistoryEntry> = { status: 'fail', code: 'wrong' };

describe('a flaky check', () => {
  it.each<[string, Partial<HistoryEntry>[], number]>([
    ['changed its verdict at one commit', [{}, failed, {}], 2],
    ['passed after a failed attempt, whatever the commit', [{ attempts: 2, commit: undefined }], 1],
    ['failed where it was waived', [{}, { ...failed, status: 'waived' }], 1],
    ['broke', [{}, { status: 'error', code: 'threw' }], 1],
  ])('%s', (_what, entries, times) => {
    expect(findFlaky(entries.map(entry))).toMatchObject([{ check: 'api/health', times }]);
  });

  it.each<[string, Partial<HistoryEntry>[]]>([
    ['always failed', [failed, failed, failed]],
    ['failed at another commit', [{}, { ...failed, commit: 'def' }]],
    ['failed with changed files', [{}, { ...failed, isClean: false }, {}]],
    ['failed with other settings', [{}, { ...failed, setup: 'compose 2' }, {}]],
    ['failed outside of a repository', [{ commit: undefined }, { ...failed, commit: undefined }]],
    ['was failed for being flaky once', [{ ...failed, code: 'flaky' }, {}, {}]],
    ['was skipped or blocked', [{}, { status: 'skip' }, { status: 'blocked', attempts: 0 }, {}]],
    ['was blocked by a waived failure', [{}, { status: 'waived', attempts: 0 }, {}]],
    [
      'failed at the second attempt as well',
      [
        { ...failed, attempts: 3 },
        { ...failed, attempts: 3 },
      ],
    ],
    ['was cut off by the end of a run', [{}, { ...failed, endedBy: 'deadline' }, {}]],
  ])('is none that %s', (_what, entries) => {
    expect(findFlaky(entries.map(entry))).toEqual([]);
  });

  it('has a rate, its first and last time and its codes, and counts from a number of times on', () => {
    const [first, ...others] = [{}, failed, {}, failed].map(entry);
    const entries = [...others.toReversed(), first as HistoryEntry];
    expect(findFlaky(entries)).toEqual([
      {
        check: 'api/health',
        times: 3,
        runs: 4,
        rate: 0.75,
        firstAt: others[0]?.at,
        lastAt: others[2]?.at,
        codes: ['wrong'],
      },
    ]);
    expect(findFlaky(entries, 4)).toEqual([]);
  });

  it('has the codes of the failures, also of the run before, and not that it was flaky', () => {
    const codesOf = (...entries: Partial<HistoryEntry>[]) => findFlaky(entries.map(entry))[0]?.codes;
    expect(codesOf(failed, {})).toEqual(['wrong']);
    expect(codesOf({ ...failed, code: 'slow' }, {}, failed)).toEqual(['slow', 'wrong']);
    expect(codesOf(failed, { ...failed, code: 'flaky' })).toEqual(['wrong']);
    expect(codesOf({ attempts: 2 })).toEqual([]);
  });

  it('is compared with the run before of the same setup, whatever ran in between', () => {
    const other = { commit: undefined };
    expect(findFlaky([{}, { ...failed, ...other }, failed].map(entry))).toMatchObject([{ times: 1 }]);
  });

  it('comes before others that were so less often, and by name', () => {
    const of = (check: string, ...entries: Partial<HistoryEntry>[]) =>
      entries.map((each) => entry({ ...each, check }));
    const entries = [
      ...of('b/twice', {}, failed, {}),
      ...of('c/once', {}, failed),
      ...of('a/once', {}, failed),
      ...of('d/never', {}),
    ];
    const names = (some: HistoryEntry[]) => findFlaky(some).map(({ check }) => check);
    expect(names(entries)).toEqual(['b/twice', 'a/once', 'c/once']);
    expect(names([...of('e/once', {}, failed), ...of('f/once', {}, failed)])).toEqual(['e/once', 'f/once']);
  });

  it('is not looked for in runs that cannot be compared, which are counted', () => {
    const entries = [{}, { commit: undefined }, { isClean: false, run: 'a' }, { isClean: false, run: 'a' }];
    expect(countIncomparable(entries.map(entry))).toBe(2);
  });
});

describe('durations', () => {
  const took = (...times: number[]) => times.map((durationMs) => entry({ durationMs }));

  it('are medians of the last passes at the first attempt', () => {
    const entries = [
      ...took(500, 10, 11, 12, 900, 13),
      entry({ durationMs: 9000, attempts: 2 }),
      entry(failed),
    ];
    expect(durationsOf(entries)).toMatchObject([{ check: 'api/health', medianMs: 12, runs: 6 }]);
  });

  it('are sorted from the longest on, and by name; a check that never passed has none', () => {
    const of = (check: string, durationMs: number, given: Partial<HistoryEntry> = {}) =>
      entry({ check, durationMs, ...given });
    const entries = [of('b/short', 1), of('c/long', 100), of('a/short', 1), of('d/failed', 1000, failed)];
    expect(durationsOf(entries)).toEqual([
      { check: 'c/long', medianMs: 100, runs: 1 },
      { check: 'a/short', medianMs: 1, runs: 1 },
      { check: 'b/short', medianMs: 1, runs: 1 },
    ]);
    expect(durationsOf([of('a/one', 1), of('b/two', 1)]).map(({ check }) => check)).toEqual([
      'a/one',
      'b/two',
    ]);
  });

  it('have the middle of an even number between the two', () => {
    expect(durationsOf(took(100, 9, 30, 10))[0]?.medianMs).toBe(20);
  });

  it('are slower than the fifteen runs before the last five', () => {
    const times = (...groups: [number, number][]) =>
      durationsOf(took(...groups.flatMap(([count, ms]) => Array<number>(count).fill(ms))))[0]?.slowerThanMs;
    expect(times([20, 1000], [15, 200], [5, 400])).toBe(200);
    expect(times([10, 200], [5, 1000], [5, 1600])).toBe(200);
    expect(times([5, 1000], [5, 1200])).toBeUndefined();
  });

  it('are slower from 1.5 times and 100 ms on, and only beside enough runs', () => {
    const slower = (...times: number[]) => durationsOf(took(...times))[0]?.slowerThanMs;
    expect(slower(200, 200, 200, 200, 200, 300, 300, 300, 300, 300)).toBe(200);
    expect(slower(200, 200, 200, 200, 200, 290, 290, 290, 290, 290)).toBeUndefined();
    expect(slower(10, 10, 10, 10, 10, 100, 100, 100, 100, 100)).toBeUndefined();
    expect(slower(200, 200, 200, 200, 900, 900, 900, 900, 900)).toBeUndefined();
  });
});

describe('a line of the record', () => {
  it('is an entry with what a later version adds', () => {
    const line = { ...entry(failed), later: true };
    expect(entryIn(line)).toBe(line);
  });

  const wrong = ['check', 'status', 'run', 'at', 'setup', 'attempts', 'durationMs'].map((name) => ({
    ...entry({}),
    [name]: true,
  }));
  it.each([null, [], 'x', {}, { ...entry({}), at: 'never' }, { ...entry({}), attempts: '1' }, ...wrong])(
    'is no entry: %j',
    (value) => {
      expect(entryIn(value)).toBeUndefined();
    },
  );
});

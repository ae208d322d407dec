import { isPlainObject } from '../base/plain-object.ts';
import type { CheckResult } from '../check/result.ts';
import { flakyCode } from './acceptance.ts';

/** The verdict of one check in one run: a line of the record of runs. */
export interface HistoryEntry {
  check: string;
  /** The service that the check judges. */
  service?: string | undefined;
  status: CheckResult['status'];
  code?: string | undefined;
  attempts: number;
  durationMs: number;
  /** Identifier of the run. */
  run: string;
  /** Start of the run, ISO 8601. */
  at: string;
  /** Absent: no repository. */
  commit?: string | undefined;
  /** Whether the files are those of the commit. */
  isClean?: boolean | undefined;
  /** Runtime, environment and a digest of the settings: verdicts of different ones are not compared. */
  setup: string;
  /** True if the run was a shard. */
  ofShard?: boolean | undefined;
  /** Why the run ended before its checks did. */
  endedBy?: string | undefined;
}

/** Returns the entry that a parsed line holds; `undefined`: it holds none. */
export function entryIn(value: unknown): HistoryEntry | undefined {
  if (!isPlainObject(value)) return undefined;
  const texts = ['check', 'status', 'run', 'at', 'setup'] as const;
  const numbers = ['attempts', 'durationMs'] as const;
  const isSound =
    texts.every((name) => typeof value[name] === 'string') &&
    numbers.every((name) => typeof value[name] === 'number') &&
    !Number.isNaN(Date.parse(value.at as string));
  return isSound ? (value as unknown as HistoryEntry) : undefined;
}

/** A check whose verdict changed without a change of the code. */
export interface FlakyCheck {
  check: string;
  /** How often: a pass after a failed attempt, or another verdict than the run before at the same commit. */
  times: number;
  /** Verdicts on record. */
  runs: number;
  /** `times / runs` */
  rate: number;
  /** ISO 8601. */
  firstAt: string;
  lastAt: string;
  /** Codes of the failures. */
  codes: string[];
}

/** Returns the checks that were flaky at least `after` times, the most frequent first. */
export function findFlaky(entries: readonly HistoryEntry[], after = 1): FlakyCheck[] {
  return [...byCheck(entries)]
    .flatMap(([check, own]) => flakyOf(check, own, after))
    .sort((a, b) => b.times - a.times || (a.check < b.check ? -1 : 1));
}

function flakyOf(check: string, entries: readonly HistoryEntry[], after: number): FlakyCheck[] {
  const judged = entries.filter((entry) => verdictOf(entry) !== undefined);
  const last = new Map<string | undefined, HistoryEntry>();
  const moments: string[] = [];
  const codes = new Set<string>();
  for (const entry of judged) {
    const key = comparableKey(entry);
    const before = key === undefined ? undefined : last.get(key);
    last.set(key, entry);
    const hasChanged = before !== undefined && verdictOf(before) !== verdictOf(entry);
    if (!hasChanged && !isRetriedPass(entry)) continue;
    moments.push(entry.at);
    if (!hasChanged) continue;
    for (const { code } of [entry, before]) if (code !== undefined && code !== flakyCode) codes.add(code);
  }
  const times = moments.length;
  if (times < after) return [];
  const [firstAt, lastAt] = [moments[0], moments.at(-1)] as [string, string];
  return [
    {
      check,
      times,
      runs: judged.length,
      rate: times / judged.length,
      firstAt,
      lastAt,
      codes: [...codes],
    },
  ];
}

/** Verdicts are compared only where neither the code nor the settings differ. */
function comparableKey({ commit, isClean, setup }: HistoryEntry): string | undefined {
  return commit !== undefined && isClean ? `${commit} ${setup}` : undefined;
}

/** A waived failure is a failure. What was skipped, blocked or cut off by the end of a run is no verdict. */
function verdictOf({ status, code, attempts, endedBy }: HistoryEntry): 'pass' | 'fail' | undefined {
  // It passed, and the run failed it for being flaky.
  if (status === 'pass' || code === flakyCode) return 'pass';
  const hasFailed = status === 'fail' || status === 'error' || (status === 'waived' && attempts > 0);
  return hasFailed && endedBy === undefined ? 'fail' : undefined;
}

function isRetriedPass(entry: HistoryEntry): boolean {
  return verdictOf(entry) === 'pass' && entry.attempts > 1;
}

/** Returns how many runs cannot be compared: without a commit, or with files that differ from it. */
export function countIncomparable(entries: readonly HistoryEntry[]): number {
  return new Set(entries.filter((entry) => comparableKey(entry) === undefined).map(({ run }) => run)).size;
}

/** The durations of a check, in milliseconds. */
export interface CheckDuration {
  check: string;
  /** Median of the last passes at the first attempt. */
  medianMs: number;
  runs: number;
  /** The median before, if the check takes clearly longer now. */
  slowerThanMs?: number;
}

const recent = 5;
const earlier = 15;
/** What a busy machine explains is not reported as slower. */
const slowerBy = { factor: 1.5, ms: 100 };

/** Returns the duration of each check, the longest first. */
export function durationsOf(entries: readonly HistoryEntry[]): CheckDuration[] {
  return [...byCheck(entries)]
    .flatMap(([check, own]) => {
      const times = own
        .filter(({ status, attempts }) => status === 'pass' && attempts === 1)
        .map((each) => each.durationMs);
      if (times.length === 0) return [];
      const medianMs = medianOf(times.slice(-recent));
      const before = times.slice(-recent - earlier, -recent);
      const beforeMs = before.length >= recent ? medianOf(before) : Number.POSITIVE_INFINITY;
      const isSlowerNow = isSlower(beforeMs, medianMs);
      return [{ check, medianMs, runs: times.length, ...(isSlowerNow && { slowerThanMs: beforeMs }) }];
    })
    .sort((a, b) => b.medianMs - a.medianMs || (a.check < b.check ? -1 : 1));
}

/** Returns true if a duration is clearly longer than before. */
export function isSlower(beforeMs: number, afterMs: number): boolean {
  return afterMs >= beforeMs * slowerBy.factor && afterMs - beforeMs >= slowerBy.ms;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Each check with its entries in the order of time: two runs at the same time end in any order. */
function byCheck(entries: readonly HistoryEntry[]): Map<string, HistoryEntry[]> {
  const checks = new Map<string, HistoryEntry[]>();
  for (const entry of entries.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    const own = checks.get(entry.check);
    if (own) own.push(entry);
    else checks.set(entry.check, [entry]);
  }
  return checks;
}

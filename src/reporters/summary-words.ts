import type { RunResult, Status } from '../check/result.ts';

const words: [Status, string][] = [
  ['fail', 'failed'],
  ['error', 'broken'],
  ['blocked', 'blocked'],
  ['pass', 'passed'],
  ['skip', 'skipped'],
  ['waived', 'waived'],
];

type Counts = Record<Status, number> & Partial<Pick<RunResult['summary'], 'flaky' | 'advisory' | 'known'>>;

/**
 * Returns `1 failed, 9 blocked, 12 passed, 1 advisory`; zeros are left out, an advisory failure is not one of the
 * failed, and a known one not one of the waived.
 */
export function summaryWords(counts: Counts): string {
  const { advisory = 0, known = 0 } = counts;
  const shown = { ...counts, fail: counts.fail - advisory, waived: counts.waived - known };
  const parts = words.flatMap(([status, word]) => (shown[status] > 0 ? [`${shown[status]} ${word}`] : []));
  if (known > 0) parts.push(`${known} known`);
  if (advisory > 0) parts.push(`${advisory} advisory`);
  if (counts.flaky) parts.push(`${counts.flaky} flaky`);
  return parts.join(', ') || 'nothing';
}

/** The end of a report: the numbers, and that nothing was examined or parts are missing where it is so. */
export function closingWords(result: Pick<RunResult, 'summary' | 'nothingExamined' | 'merged'>): string {
  const { summary } = result;
  const { excluded } = summary;
  const words = `${summaryWords(summary)}${excluded > 0 ? `, ${excluded} left out` : ''}`;
  const doubts = doubtsIn(result);
  return doubts.length > 0 ? `${words} (${doubts.join('; ')})` : words;
}

/** Returns why the numbers are no verdict on the whole. */
export function doubtsIn({
  nothingExamined,
  merged,
}: Pick<RunResult, 'nothingExamined' | 'merged'>): string[] {
  const missing = merged?.missing ?? [];
  return [
    ...(nothingExamined ? [nothingExamined.message] : []),
    ...(missing.length > 0 ? [`incomplete: ${missing.join(', ')} missing`] : []),
  ];
}

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

/** The end of a report: the numbers, and that nothing was examined where it is so. */
export function closingWords({
  summary,
  nothingExamined,
}: Pick<RunResult, 'summary' | 'nothingExamined'>): string {
  const { excluded } = summary;
  const words = `${summaryWords(summary)}${excluded > 0 ? `, ${excluded} left out` : ''}`;
  return nothingExamined ? `${words} (${nothingExamined.message})` : words;
}

import type { RunResult, Status } from '../check/result.ts';

const words: [Status, string][] = [
  ['fail', 'failed'],
  ['error', 'broken'],
  ['blocked', 'blocked'],
  ['pass', 'passed'],
  ['skip', 'skipped'],
];

/** `1 failed, 9 blocked, 12 passed`; zeros are left out. */
export function summaryWords(counts: Record<Status, number> & { flaky?: number }): string {
  const parts = words.flatMap(([status, word]) => (counts[status] > 0 ? [`${counts[status]} ${word}`] : []));
  if (counts.flaky) parts.push(`${counts.flaky} flaky`);
  return parts.join(', ') || 'nothing';
}

/** The end of a report: the numbers, and that nothing was examined where it is so. */
export function closingWords({
  summary,
  nothingExamined,
}: Pick<RunResult, 'summary' | 'nothingExamined'>): string {
  const words = summaryWords(summary);
  return nothingExamined ? `${words} (${nothingExamined.message})` : words;
}

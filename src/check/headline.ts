import type { Check } from './define-check.ts';

/** Headlines of the failures that the engine reports for any check. */
const engineHeadlines = new Map([
  ['timeout', 'The check timed out'],
  ['examined-nothing', 'The check found nothing to examine'],
]);

/** Returns the headline of a result: the one of its failure code, else the engine's, else the check's own. */
export function headlineOf(
  check: Pick<Check, 'codes' | 'failureTitle'>,
  { status, code = '' }: { status: string; code?: string },
): string {
  if (status !== 'fail') return check.failureTitle;
  const declared = Object.hasOwn(check.codes, code) ? check.codes[code] : undefined;
  if (declared) return declared.headline ?? check.failureTitle;
  return engineHeadlines.get(code) ?? check.failureTitle;
}

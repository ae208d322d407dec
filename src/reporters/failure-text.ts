import { formatDuration } from '../base/duration.ts';
import { pageOf } from '../check/page-of.ts';
import type { CheckResult, Waiver } from '../check/result.ts';
import { evidenceLines } from './evidence-lines.ts';

/** Why a check did not pass, in one sentence. */
export function reasonOf(check: CheckResult): string {
  switch (check.status) {
    case 'pass':
      return check.summary ?? '';
    case 'fail':
      return `expected ${check.expected}; found ${check.actual}`;
    case 'error':
      return `the check broke: ${check.actual}`;
    case 'skip':
      return `skipped: ${check.reason}`;
    case 'blocked':
      return `blocked by ${(check.blockedBy ?? []).join(', ')}`;
    case 'waived':
      return `${waivedWords(check)}; ${check.blockedBy ? `blocked by ${check.blockedBy.join(', ')}` : `expected ${check.expected}; found ${check.actual}`}`;
  }
}

/** Returns ` (flaky: attempt 2)`; an empty text for a check that is not flaky. */
export function flakyNote({ flaky, attempts }: CheckResult): string {
  return flaky ? ` (flaky: attempt ${attempts.length})` : '';
}

/** Returns who accepts a failure: `waived by ana until 2026-12-24 (ticket 12)`, `known: it fails in main.json as well`. */
export function waivedWords({ waiver, known }: Pick<CheckResult, 'waiver' | 'known'>): string {
  if (waiver) return `waived by ${waiverWords(waiver)}`;
  return `known: it fails in ${known?.in} as well`;
}

/** Returns `ana until 2026-12-24 (ticket 12)`. */
export function waiverWords({ owner, until, reason }: Waiver): string {
  return `${owner} until ${until} (${reason})`;
}

/** Returns what is known about a check that did not pass, as named lines. */
export function detailsOf(check: CheckResult): [name: string, text: string][] {
  const { status, code, expected, actual, hint, reason, enable, blockedBy, attempts, endedWaiver } = check;
  const details: [string, string | undefined][] = [
    ['code', code],
    ['expected', expected],
    [status === 'error' ? 'error' : 'found', actual],
    ['reason', reason],
    ['to run it', enable],
    ['blocked by', blockedBy?.join(', ')],
    ['waiver', status === 'waived' ? waivedWords(check) : undefined],
    ['ended waiver', endedWaiver && waiverWords(endedWaiver)],
    ['next', hint],
    ['page', ['fail', 'error', 'waived'].includes(status) ? pageOf(check) : undefined],
    ['attempts', attempts.length > 1 ? String(attempts.length) : undefined],
    ['time', attempts.length > 0 ? formatDuration(check.durationMs) : undefined],
  ];
  return details.filter((detail): detail is [string, string] => Boolean(detail[1]));
}

/** Returns how a check passed at last: `attempt 2 passed; attempt 1: lost, nil`. */
export function flakyWords({ attempts }: CheckResult): string {
  const failed = attempts
    .filter(({ status }) => status !== 'pass')
    .map(({ number, code, actual }) => `attempt ${number}: ${[code, actual].filter(Boolean).join(', ')}`);
  return [`attempt ${attempts.length} passed`, ...failed].join('; ');
}

/** The evidence as plain lines. */
export function evidenceText({ evidence }: CheckResult, maxLines = 40): string[] {
  return evidence.flatMap((item) => evidenceLines(item, 160, maxLines));
}

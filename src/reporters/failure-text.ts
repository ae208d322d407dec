import { formatDuration } from '../base/duration.ts';
import type { CheckResult } from '../check/result.ts';
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
  }
}

/** Returns what is known about a check that did not pass, as named lines. */
export function detailsOf(check: CheckResult): [name: string, text: string][] {
  const { status, code, expected, actual, hint, reason, enable, blockedBy, attempts } = check;
  const details: [string, string | undefined][] = [
    ['code', code],
    ['expected', expected],
    [status === 'error' ? 'error' : 'found', actual],
    ['reason', reason],
    ['to run it', enable],
    ['blocked by', blockedBy?.join(', ')],
    ['next', hint],
    ['attempts', attempts.length > 1 ? String(attempts.length) : undefined],
    ['time', attempts.length > 0 ? formatDuration(check.durationMs) : undefined],
  ];
  return details.filter((detail): detail is [string, string] => Boolean(detail[1]));
}

/** The evidence as plain lines. */
export function evidenceText({ evidence }: CheckResult, maxLines = 40): string[] {
  return evidence.flatMap((item) => evidenceLines(item, 160, maxLines));
}

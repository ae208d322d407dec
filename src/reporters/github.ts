import { safeText } from '../base/safe-text.ts';
import type { CheckResult, RunResult } from '../check/result.ts';
import { noteLines } from './excluded-words.ts';
import { detailsOf, evidenceText, flakyWords, waivedWords } from './failure-text.ts';
import type { Reporter } from './reporter.ts';
import { closingWords } from './summary-words.ts';

/** GitHub shows ten annotations of each kind and step, and drops the others without a word. */
const mostAnnotations = 10;
const longestAnnotation = 1500;

/** Annotations of a GitHub Actions job: errors, then warnings for advisory failures, at most ten; a notice at the end. */
export const github: Reporter = {
  commands: true,
  render(result) {
    const failed = result.checks
      .filter(({ status }) => status === 'fail' || status === 'error')
      .sort((one, other) => severity(other) - severity(one));
    const rest = failed.length - mostAnnotations;
    const more = rest > 0 ? `; ${rest} of ${failed.length} failures are not annotated` : '';
    const left = [...noteLines(result), ...acceptedLines(result)].map((line) => `; ${line}`);
    const summary = `${closingWords(result)} on the ${result.stack.runtime} stack${left.join('')}${more}`;
    const isIncomplete = result.nothingExamined !== undefined || (result.merged?.missing.length ?? 0) > 0;
    const kind = isIncomplete && !result.ok ? 'error' : 'notice';
    const lines = [
      ...failed.slice(0, mostAnnotations).map(annotation),
      command(kind, 'meatymusic verify', summary),
    ];
    return `${lines.join('\n')}\n`;
  },
};

/** Returns what needs no annotation and is not hidden: checks that passed at last, and failures that are accepted. */
function acceptedLines({ checks }: RunResult): string[] {
  const flaky = checks.filter((check) => check.flaky).map((check) => `${check.id} (${flakyWords(check)})`);
  const waived = checks
    .filter(({ status, blockedBy }) => status === 'waived' && !blockedBy)
    .map((check) => `${check.id} (${waivedWords(check)})`);
  return [...named('flaky', flaky), ...named('waived', waived)];
}

function named(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length - mostAnnotations;
  return [`${what}: ${names.slice(0, mostAnnotations).join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
}

/** The worst first: what broke, then what failed, then what is advisory. */
function severity({ status, level }: CheckResult): number {
  if (status === 'error') return 2;
  return level === 'advisory' ? 0 : 1;
}

function annotation(check: CheckResult): string {
  const { id, failureTitle, level, status } = check;
  const text = [
    failureTitle,
    ...detailsOf(check).map(([name, value]) => `${name}: ${value}`),
    ...evidenceText(check, 10),
  ];
  const kind = level === 'advisory' && status === 'fail' ? 'warning' : 'error';
  const message = text.join('\n');
  const cut = message.length > longestAnnotation;
  return command(kind, id, cut ? `${message.slice(0, longestAnnotation)}…` : message);
}

function command(kind: 'error' | 'warning' | 'notice', title: string, message: string): string {
  const property = data(title).replace(/:/g, '%3A').replace(/,/g, '%2C');
  return `::${kind} title=${property}::${data(message)}`;
}

function data(text: string): string {
  return safeText(text).replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

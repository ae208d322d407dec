import { safeText } from '../base/safe-text.ts';
import type { CheckResult } from '../check/result.ts';
import { detailsOf, evidenceText } from './failure-text.ts';
import type { Reporter } from './reporter.ts';
import { closingWords } from './summary-words.ts';

/** Annotations of a GitHub Actions job: an error for each failure, a warning for advisory ones, a notice at the end. */
export const github: Reporter = {
  commands: true,
  render(result) {
    const failed = result.checks.filter(({ status }) => status === 'fail' || status === 'error');
    const summary = `${closingWords(result)} on the ${result.stack.runtime} stack`;
    const kind = result.nothingExamined && !result.ok ? 'error' : 'notice';
    const lines = [...failed.map(annotation), command(kind, 'meatymusic verify', summary)];
    return `${lines.join('\n')}\n`;
  },
};

function annotation(check: CheckResult): string {
  const { id, failureTitle, level, status } = check;
  const text = [
    failureTitle,
    ...detailsOf(check).map(([name, value]) => `${name}: ${value}`),
    ...evidenceText(check, 10),
  ];
  const kind = level === 'advisory' && status === 'fail' ? 'warning' : 'error';
  return command(kind, id, text.join('\n'));
}

function command(kind: 'error' | 'warning' | 'notice', title: string, message: string): string {
  const property = data(title).replace(/:/g, '%3A').replace(/,/g, '%2C');
  return `::${kind} title=${property}::${data(message)}`;
}

function data(text: string): string {
  return safeText(text).replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

import { safeText } from '../base/safe-text.ts';
import type { CheckResult, RunResult } from '../check/result.ts';
import { byArea } from './by-area.ts';
import { excludedLines, unusedWaiverLines } from './excluded-words.ts';
import { detailsOf, evidenceText, reasonOf } from './failure-text.ts';
import type { Reporter } from './reporter.ts';

/** JUnit XML: an area is a suite, a check a case. Blocked and skipped checks are `skipped`, broken ones `error`. */
export const junit: Reporter = {
  render(result) {
    const { checks, summary, durationMs, startedAt, tool } = result;
    const suites = byArea(checks).map(([area, own]) => suite(area, own, startedAt));
    const ofRun = runSuite(result);
    const counts = attributes({
      name: tool.name,
      tests: summary.total + (ofRun ? 1 : 0),
      failures: summary.fail - summary.advisory,
      errors: summary.error + (ofRun?.errors ?? 0),
      skipped: summary.skip + summary.blocked + summary.waived + summary.advisory + (ofRun?.skipped ?? 0),
      time: seconds(durationMs),
      timestamp: startedAt.replace(/\.\d+Z$/, ''),
    });
    return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${counts}>\n${properties(result)}${suites.join('')}${ofRun?.text ?? ''}</testsuites>\n`;
  },
};

/** What did not run: a property of the run, because a case that was never selected to run is no test. */
function properties(result: RunResult): string {
  const { excluded } = result.summary;
  const values = excluded === 0 ? [] : [String(excluded), ...excludedLines(result)];
  const each = [
    ...values.map((value) => ['excluded', value] as const),
    ...unusedWaiverLines(result).map((value) => ['unused waiver', value] as const),
  ].map(([name, value]) => `    <property${attributes({ name, value })}/>\n`);
  if (each.length === 0) return '';
  return `  <properties>\n${each.join('')}  </properties>\n`;
}

/** A case of the run itself where no check has a verdict: without it, such a run would look green. */
function runSuite({ nothingExamined, ok, tool, startedAt }: RunResult) {
  if (!nothingExamined) return undefined;
  const { code, message } = nothingExamined;
  const [errors, skipped] = ok ? [0, 1] : [1, 0];
  const timestamp = startedAt.replace(/\.\d+Z$/, '');
  const counts = { name: tool.name, tests: 1, failures: 0, errors, skipped, time: seconds(0), timestamp };
  const head = attributes({ name: 'something is examined', classname: tool.name, time: seconds(0) });
  const outcome = ok
    ? `<skipped${attributes({ message })}/>`
    : `<error${attributes({ message, type: code })}>${escapeXml(message)}</error>`;
  const text = `  <testsuite${attributes(counts)}>\n    <testcase${head}>\n      ${outcome}\n    </testcase>\n  </testsuite>\n`;
  return { errors, skipped, text };
}

function suite(area: string, checks: readonly CheckResult[], startedAt: string): string {
  const count = (...statuses: string[]) => checks.filter(({ status }) => statuses.includes(status)).length;
  const counts = attributes({
    name: area,
    tests: checks.length,
    failures: checks.filter(isFailure).length,
    errors: count('error'),
    skipped: count('skip', 'blocked', 'waived') + checks.filter(isAdvisoryFailure).length,
    time: seconds(checks.reduce((sum, { durationMs }) => sum + durationMs, 0)),
    timestamp: startedAt.replace(/\.\d+Z$/, ''),
  });
  return `  <testsuite${counts}>\n${checks.map(testCase).join('')}  </testsuite>\n`;
}

function testCase(check: CheckResult): string {
  const { id, area, title, durationMs, level } = check;
  const head = attributes({ name: `${id}: ${title}`, classname: area, time: seconds(durationMs) });
  const outcome = outcomeOf(check);
  const properties =
    level === 'advisory'
      ? ['      <properties><property name="level" value="advisory"/></properties>\n']
      : [];
  if (!outcome) return `    <testcase${head}/>\n`;
  return `    <testcase${head}>\n${properties.join('')}${outcome}    </testcase>\n`;
}

/** An advisory failure is a skipped case: it must not fail the job that reads this file. */
const isAdvisoryFailure = ({ status, level }: CheckResult) => status === 'fail' && level === 'advisory';
const isFailure = (check: CheckResult) => check.status === 'fail' && !isAdvisoryFailure(check);

function outcomeOf(check: CheckResult): string | undefined {
  const { status, code = '' } = check;
  if (status === 'pass') return undefined;
  if (status === 'skip' || status === 'blocked' || status === 'waived')
    return `      <skipped${attributes({ message: reasonOf(check) })}/>\n`;
  if (isAdvisoryFailure(check)) {
    return `      <skipped${attributes({ message: `advisory: ${reasonOf(check)}` })}/>\n`;
  }
  const name = status === 'fail' ? 'failure' : 'error';
  const text = [...detailsOf(check).map(([key, value]) => `${key}: ${value}`), ...evidenceText(check)].join(
    '\n',
  );
  return `      <${name}${attributes({ message: reasonOf(check), type: code })}>${escapeXml(text)}</${name}>\n`;
}

function attributes(values: Record<string, string | number>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value)).replace(/\s+/g, ' ')}"`)
    .join('');
}

/** What XML 1.0 cannot hold at all (control characters, lone surrogates) is already a visible escape. */
function escapeXml(text: string): string {
  return safeText(text)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

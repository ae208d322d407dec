import { safeText } from '../base/safe-text.ts';
import type { CheckResult, RunResult } from '../check/result.ts';
import { byArea } from './by-area.ts';
import { excludedLines, mergedLines, unusedWaiverLines } from './excluded-words.ts';
import { detailsOf, evidenceText, reasonOf } from './failure-text.ts';
import type { Reporter } from './reporter.ts';

/**
 * JUnit XML as Jenkins and Maven Surefire define it: an area is a suite, a check a case. Blocked, skipped and waived checks and
 * advisory failures are `skipped`, broken ones `error`; further attempts are `rerun…` of a failure, `flaky…` of a pass.
 */
export const junit: Reporter = {
  render(result) {
    const { checks, summary, durationMs, tool } = result;
    const about = properties(result);
    const ofRun = runSuite(result, about);
    const suites = byArea(checks).map(([area, own]) => suite(area, own, result.startedAt, about));
    const counts = attributes({
      name: tool.name,
      tests: summary.total + ofRun.cases,
      failures: summary.fail - summary.advisory,
      errors: summary.error + ofRun.errors,
      time: seconds(durationMs),
    });
    return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${counts}>\n${suites.join('')}${ofRun.text}</testsuites>\n`;
  },
};

/** What holds for the run; a check that was never selected to run is no case. */
function properties(result: RunResult): string {
  const { summary, stack, tool, environment, build = {} } = result;
  const excluded = summary.excluded === 0 ? [] : [String(summary.excluded), ...excludedLines(result)];
  const each: [string, string | undefined][] = [
    ['version', tool.version],
    ['runtime', stack.runtime],
    ['environment', environment],
    ['commit', build.commit],
    ['branch', build.branch],
    ['ci', build.url],
    ...excluded.map((value): [string, string] => ['excluded', value]),
    ...unusedWaiverLines(result).map((value): [string, string] => ['unused waiver', value]),
    ...mergedLines(result).map((value): [string, string] => ['merged', value]),
  ];
  const lines = each.flatMap(([name, value]) =>
    value === undefined ? [] : [`      <property${attributes({ name, value })}/>\n`],
  );
  return `    <properties>\n${lines.join('')}    </properties>\n`;
}

/** A case of the run itself where checks or verdicts are missing: without it, such a run would look green. */
function runSuite({ nothingExamined, merged, ok, tool, startedAt }: RunResult, about: string) {
  const missing = (merged?.missing ?? []).map((what) => ({
    code: 'incomplete',
    message: `${what} is missing`,
  }));
  const problems = [...(nothingExamined ? [nothingExamined] : []), ...missing];
  if (problems.length === 0) return { cases: 0, errors: 0, text: '' };
  const cases = problems.map(({ code, message }) => {
    const name = code === 'incomplete' ? 'all shards are merged' : 'something is examined';
    const outcome = ok
      ? `<skipped${attributes({ message })}/>`
      : `<error${attributes({ message, type: code })}>${escapeXml(message)}</error>`;
    const head = attributes({ name, classname: tool.name, time: seconds(0) });
    return `    <testcase${head}>\n      ${outcome}\n    </testcase>\n`;
  });
  const [errors, skipped] = ok ? [0, cases.length] : [cases.length, 0];
  const timestamp = timestampOf(startedAt);
  const tests = cases.length;
  const counts = { name: tool.name, tests, failures: 0, errors, skipped, time: seconds(0), timestamp };
  const text = `  <testsuite${attributes(counts)}>\n${about}${cases.join('')}  </testsuite>\n`;
  return { cases: tests, errors, text };
}

const timestampOf = (startedAt: string) => startedAt.replace(/\.\d+Z$/, '');

function suite(area: string, checks: readonly CheckResult[], startedAt: string, about: string): string {
  const count = (...statuses: string[]) => checks.filter(({ status }) => statuses.includes(status)).length;
  const counts = attributes({
    name: area,
    tests: checks.length,
    failures: checks.filter(isFailure).length,
    errors: count('error'),
    skipped: count('skip', 'blocked', 'waived') + checks.filter(isAdvisoryFailure).length,
    time: seconds(checks.reduce((sum, { durationMs }) => sum + durationMs, 0)),
    timestamp: timestampOf(startedAt),
  });
  return `  <testsuite${counts}>\n${about}${checks.map(testCase).join('')}  </testsuite>\n`;
}

function testCase(check: CheckResult): string {
  const { id, area, title, durationMs } = check;
  const head = attributes({ name: `${id}: ${title}`, classname: area, time: seconds(durationMs) });
  const parts = partsOf(check);
  if (parts.length === 0) return `    <testcase${head}/>\n`;
  return `    <testcase${head}>\n${parts.map((part) => `      ${part}\n`).join('')}    </testcase>\n`;
}

/** An advisory failure is a skipped case: it must not fail the job that reads this file. */
const isAdvisoryFailure = ({ status, level }: CheckResult) => status === 'fail' && level === 'advisory';
const isFailure = (check: CheckResult) => check.status === 'fail' && !isAdvisoryFailure(check);

/** Returns the elements of a case, in the order that Surefire's schema requires. */
function partsOf(check: CheckResult): string[] {
  if (isFailure(check))
    return [
      outcome('failure', check),
      ...attempts('rerunFailure', check, 'fail'),
      ...attempts('rerunError', check, 'error'),
    ];
  switch (check.status) {
    case 'pass':
      return [...attempts('flakyFailure', check, 'fail'), ...attempts('flakyError', check, 'error')];
    case 'error':
      return [
        ...attempts('rerunFailure', check, 'fail'),
        outcome('error', check),
        ...attempts('rerunError', check, 'error'),
      ];
    default: {
      const isAccepted = isAdvisoryFailure(check) || check.status === 'waived';
      const message = `${isAdvisoryFailure(check) ? 'advisory: ' : ''}${reasonOf(check)}`;
      const head = attributes({ message });
      return [isAccepted ? `<skipped${head}>${bodyOf(check)}</skipped>` : `<skipped${head}/>`];
    }
  }
}

function outcome(name: 'failure' | 'error', check: CheckResult): string {
  const head = attributes({ message: reasonOf(check), type: check.code ?? name });
  return `<${name}${head}>${bodyOf(check)}</${name}>`;
}

function bodyOf(check: CheckResult): string {
  const details = detailsOf(check).map(([key, value]) => `${key}: ${value}`);
  return escapeXml([...details, ...evidenceText(check)].join('\n'));
}

/** Returns an element for each attempt before the last one that ended in this way. */
function attempts(element: string, check: CheckResult, status: 'fail' | 'error'): string[] {
  return check.attempts.slice(0, -1).flatMap((attempt) => {
    if (attempt.status !== status) return [];
    const found = `attempt ${attempt.number}: ${attempt.actual ?? status}`;
    const head = attributes({ message: found, type: attempt.code ?? status });
    const text = `${found}\nafter ${seconds(attempt.durationMs)} s`;
    return [`<${element}${head}><stackTrace>${escapeXml(text)}</stackTrace></${element}>`];
  });
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

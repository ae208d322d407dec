import type { CTRFReport, RetryAttempt, Test, TestStatus } from 'ctrf';
import { pageOf } from '../check/page-of.ts';
import type { Attempt, CheckResult, RunResult } from '../check/result.ts';
import { noteLines } from './excluded-words.ts';
import { evidenceText, reasonOf } from './failure-text.ts';
import { inertJson } from './inert.ts';
import type { Reporter } from './reporter.ts';
import { doubtsIn } from './summary-words.ts';

/** The version of the specification that the report follows. */
const specVersion = '0.0.0';

/** Common Test Report Format, https://ctrf.io: one JSON document. What the format has no name for is in `extra`. */
export const ctrf: Reporter = {
  render: (result) => `${inertJson(JSON.stringify(reportOf(result), undefined, 2))}\n`,
};

function reportOf(result: RunResult): CTRFReport {
  const { tool, startedAt, durationMs, checks, stack, environment, build = {}, exitCode, ok } = result;
  const start = Date.parse(startedAt);
  const tests = checks.map((check) => testOf(check, start));
  const count = (status: TestStatus) => tests.filter((test) => test.status === status).length;
  return {
    reportFormat: 'CTRF',
    specVersion,
    timestamp: startedAt,
    generatedBy: `${tool.name} ${tool.version}`,
    results: {
      tool: { name: tool.name, version: tool.version },
      summary: {
        tests: tests.length,
        passed: count('passed'),
        failed: count('failed'),
        skipped: count('skipped'),
        pending: count('pending'),
        other: count('other'),
        flaky: result.summary.flaky,
        start,
        stop: start + Math.round(durationMs),
        duration: Math.round(durationMs),
        extra: { ...result.summary, ok, exitCode },
      },
      tests,
      environment: {
        ...(build.commit && { commit: build.commit }),
        ...(build.branch && { branchName: build.branch }),
        ...(build.url && { buildUrl: build.url }),
        testEnvironment: environment ?? stack.runtime,
        extra: { runtime: stack.runtime, notes: [...noteLines(result), ...problemsOf(result)] },
      },
    },
  };
}

function problemsOf(result: RunResult): string[] {
  const { internalError, endedBy } = result;
  return [
    ...doubtsIn(result),
    ...(internalError ? [`internal error: ${internalError}`] : []),
    ...(endedBy ? [`ended by ${endedBy}`] : []),
  ];
}

/** What a reader may not count as a failure is `other`: an accepted or advisory failure. Blocked checks are `pending`. */
function statusOf({ status, level }: Pick<CheckResult, 'status' | 'level'>): TestStatus {
  if (status === 'fail' && level === 'advisory') return 'other';
  const statuses = {
    pass: 'passed',
    fail: 'failed',
    error: 'failed',
    skip: 'skipped',
    blocked: 'pending',
    waived: 'other',
  };
  return statuses[status] as TestStatus;
}

function testOf(check: CheckResult, runStart: number): Test {
  const { id, area, title, failureTitle, status, level, tags, source, durationMs, startMs, attempts } = check;
  const start = runStart + Math.round(startMs);
  const before = attempts.slice(0, -1).map((attempt) => attemptOf(attempt, runStart));
  const isBad = status === 'fail' || status === 'error' || status === 'waived';
  const trace = isBad ? evidenceText(check) : [];
  return {
    testId: id,
    name: `${id}: ${isBad ? failureTitle : title}`,
    status: statusOf(check),
    rawStatus: status,
    duration: Math.round(durationMs),
    start,
    stop: start + Math.round(durationMs),
    suite: [area],
    message: reasonOf(check),
    ...(trace.length > 0 && { trace: trace.join('\n') }),
    tags: [...tags],
    filePath: source,
    ...(attempts.length > 0 && { retries: attempts.length - 1 }),
    ...(before.length > 0 && { retryAttempts: before }),
    ...(check.flaky && { flaky: true }),
    ...attachmentsOf(check),
    extra: {
      level,
      ...(check.code && { code: check.code }),
      ...(check.hint && { hint: check.hint }),
      ...(isBad && pageOf(check) && { page: pageOf(check) }),
      ...(check.waiver && { waiver: check.waiver }),
      ...(check.known && { known: check.known }),
    },
  };
}

function attemptOf(attempt: Attempt, runStart: number): RetryAttempt {
  const { number, status, startMs, durationMs, actual } = attempt;
  const start = runStart + Math.round(startMs);
  return {
    attempt: number,
    status: statusOf({ status, level: 'required' }),
    duration: Math.round(durationMs),
    start,
    stop: start + Math.round(durationMs),
    ...(actual && { message: actual }),
  };
}

function attachmentsOf({ evidence }: CheckResult): Pick<Test, 'attachments'> {
  const attachments = evidence.flatMap((each) =>
    each.kind === 'file' ? [{ name: each.label, contentType: each.mediaType, path: each.path }] : [],
  );
  return attachments.length > 0 ? { attachments } : {};
}

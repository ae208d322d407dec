import { createHash } from 'node:crypto';
import { type Attachment, LabelName, Severity, Stage, Status, type TestResult } from 'allure-js-commons';
import { createTestResult } from 'allure-js-commons/sdk/reporter';
import type { Look } from '../check/reporter.ts';
import type { Attempt, CheckResult, RunResult } from '../check/result.ts';
import { noteLines } from './excluded-words.ts';
import { detailsOf, evidenceText, reasonOf } from './failure-text.ts';
import { inertJson } from './inert.ts';
import type { FolderReporter } from './reporter.ts';
import { doubtsIn } from './summary-words.ts';

type Files = Record<string, string | Uint8Array>;

/**
 * A folder of results for Allure: one file for each attempt of a check, so that earlier ones are shown as retries, with its
 * evidence as attachments; `environment.properties` and `executor.json` describe the run.
 */
export const allure: FolderReporter = {
  files(result, look) {
    const files: Files = {
      'environment.properties': environmentOf(result),
      ...(result.build?.ci && { 'executor.json': executorOf(result.build) }),
    };
    const startMs = Date.parse(result.startedAt);
    const write = (test: TestResult) => {
      files[`${test.uuid}-result.json`] = json(test);
    };
    for (const check of result.checks) {
      for (const attempt of check.attempts.slice(0, -1)) write(earlierResult(check, attempt, result));
      const test = emptyResult(check, result, 'last');
      const start = startMs + Math.round(check.attempts.at(-1)?.startMs ?? check.startMs);
      const duration = check.attempts.at(-1)?.durationMs ?? 0;
      Object.assign(test, { start, stop: start + Math.round(duration), status: statusOf(check) });
      test.statusDetails = { message: reasonOf(check), ...traceOf(check) };
      test.attachments = attachmentsOf(check, test.uuid, look, files);
      write(test);
    }
    for (const [at, message] of doubtsOf(result).entries()) write(runResult(result, message, at));
    return files;
  },
};

const json = (value: unknown) => `${inertJson(JSON.stringify(value))}\n`;

/** The same run gives the same files. */
function uuidOf(...parts: string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** Allure has no word for an accepted or advisory failure: it is skipped, with the failure in its message. */
function statusOf({ status, level }: Pick<CheckResult, 'status' | 'level'>): Status {
  if (status === 'pass') return Status.PASSED;
  if (status === 'error') return Status.BROKEN;
  return status === 'fail' && level === 'required' ? Status.FAILED : Status.SKIPPED;
}

function emptyResult(check: CheckResult, { startedAt, stack, tool }: RunResult, attempt: string): TestResult {
  const { id, area, title, level, tags } = check;
  const historyId = uuidOf(id, stack.runtime);
  const test = createTestResult(uuidOf(startedAt, id, attempt), historyId);
  return {
    ...test,
    historyId,
    testCaseId: uuidOf(id),
    fullName: id,
    name: title,
    stage: Stage.FINISHED,
    labels: [
      { name: LabelName.SUITE, value: area },
      { name: LabelName.FEATURE, value: area },
      { name: LabelName.PACKAGE, value: id.replaceAll('/', '.') },
      { name: LabelName.FRAMEWORK, value: tool.name },
      { name: LabelName.SEVERITY, value: level === 'required' ? Severity.CRITICAL : Severity.MINOR },
      ...labelsOf(check),
      ...tags.map((value) => ({ name: LabelName.TAG, value })),
    ],
  };
}

function labelsOf({ level, flaky, status, waiver }: CheckResult) {
  const tags = [level === 'advisory' && 'advisory', flaky && 'flaky', status === 'waived' && 'waived'];
  return [
    ...tags.flatMap((value) => (value ? [{ name: LabelName.TAG, value }] : [])),
    ...(waiver ? [{ name: LabelName.OWNER, value: waiver.owner }] : []),
  ];
}

function earlierResult(check: CheckResult, attempt: Attempt, result: RunResult): TestResult {
  const { number, startMs, durationMs, status, actual, code } = attempt;
  const start = Date.parse(result.startedAt) + Math.round(startMs);
  return {
    ...emptyResult(check, result, String(number)),
    start,
    stop: start + Math.round(durationMs),
    status: statusOf({ status, level: 'required' }),
    statusDetails: { message: [code, actual].filter(Boolean).join(': ') || `attempt ${number}` },
  };
}

function traceOf(check: CheckResult): { trace?: string } {
  if (check.status === 'pass') return {};
  const lines = [...detailsOf(check).map(([name, text]) => `${name}: ${text}`), ...evidenceText(check)];
  return lines.length > 0 ? { trace: lines.join('\n') } : {};
}

/** Each piece of evidence as a file: pictures as they are, the rest as JSON. */
function attachmentsOf(check: CheckResult, uuid: string, { picture }: Look, files: Files): Attachment[] {
  return check.evidence.map((each, at) => {
    const content = each.kind === 'file' && each.mediaType === 'image/png' ? picture?.(each.path) : undefined;
    const source = `${uuidOf(uuid, String(at))}-attachment.${content ? 'png' : 'json'}`;
    files[source] = content ?? json(each);
    return { name: each.label, type: content ? 'image/png' : 'application/json', source };
  });
}

/** Without a result of its own, a run that is not ok and has no failed check would look green. */
function doubtsOf(result: RunResult): string[] {
  if (result.ok) return [];
  return [...doubtsIn(result), ...(result.internalError ? [result.internalError] : [])];
}

function runResult({ startedAt, tool }: RunResult, message: string, at: number): TestResult {
  const start = Date.parse(startedAt);
  return {
    ...createTestResult(uuidOf(startedAt, tool.name, String(at)), uuidOf(tool.name, message)),
    fullName: tool.name,
    name: 'The run is complete',
    stage: Stage.FINISHED,
    status: Status.BROKEN,
    statusDetails: { message },
    start,
    stop: start,
    labels: [{ name: LabelName.SUITE, value: tool.name }],
  };
}

function environmentOf(result: RunResult): string {
  const { stack, tool, environment, build = {}, exitCode } = result;
  const values: [string, string | undefined][] = [
    ['meatymusic', tool.version],
    ['runtime', stack.runtime],
    ['environment', environment],
    ['commit', build.commit],
    ['branch', build.branch],
    ['exit.code', String(exitCode)],
    ...noteLines(result).map((line, at): [string, string] => [`note.${at + 1}`, line]),
  ];
  return values
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${escaped(value)}\n`]))
    .join('');
}

/** As a value of a Java properties file: one line. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function executorOf({ ci, url }: NonNullable<RunResult['build']>): string {
  return json({ name: ci, type: ci, ...(url && { buildUrl: url, buildName: url }) });
}

import { Chalk, type ChalkInstance } from 'chalk';
import { formatDuration } from '../base/duration.ts';
import type { CheckResult, RunResult, Status } from '../check/result.ts';
import type { StackInfo } from '../check/stack.ts';
import { byArea } from './by-area.ts';
import { evidenceLines } from './evidence-lines.ts';
import { inertLine } from './inert.ts';
import type { Look, Reporter } from './reporter.ts';
import { summaryWords } from './summary-words.ts';
import { wrapText } from './wrap-text.ts';

const signs: Record<Status, string> = { pass: '✔', fail: '✖', error: '!', skip: '○', blocked: '◌' };

interface Page extends Look {
  paint: ChalkInstance;
  line(text?: string): void;
}

/**
 * For a person. All is well: the whole checklist. Something is not: every area where all is well is one line, so that
 * the failures, each with what was expected, found, seen and to do, stand on the first screen. Quiet: they alone, and the
 * closing line.
 */
export const pretty: Reporter = {
  render(result, look) {
    const lines: string[] = [];
    const columns = Math.max(40, Math.min(look.columns, 120));
    const page: Page = {
      ...look,
      columns,
      paint: new Chalk({ level: look.color ? 1 : 0 }),
      line: (text = '') => lines.push(text.trimEnd()),
    };
    const trouble = result.checks.filter(({ status }) => status !== 'pass' && status !== 'skip');
    const areas = byArea(look.quiet ? trouble : result.checks);
    const allWell = trouble.length === 0;
    const width = Math.max(...areas.map(([area]) => area.length));
    for (const [area, checks] of areas) {
      if (allWell || look.verbose) wholeArea(page, area, checks);
      else shortArea(page, area, checks, width);
    }
    if (lines.length > 0) page.line();
    closing(page, result);
    return `${lines.join('\n')}\n`;
  },
};

function wholeArea(page: Page, area: string, checks: readonly CheckResult[]): void {
  const { paint } = page;
  page.line();
  page.line(paint.bold(area));
  for (const check of checks) {
    if (check.status === 'pass') passLine(page, check);
    else if (check.status === 'skip') skipLine(page, check);
    else if (check.status !== 'blocked') failure(page, check);
  }
  blockedLines(page, checks);
}

function shortArea(page: Page, area: string, checks: readonly CheckResult[], width: number): void {
  const { paint } = page;
  const failed = checks.filter(({ status }) => status === 'fail' || status === 'error');
  const blocked = checks.filter(({ status }) => status === 'blocked');
  const advisory = failed.every(({ level, status }) => level === 'advisory' && status === 'fail');
  const bad = advisory ? paint.yellow(signs.fail) : paint.red(signs.fail);
  const well = blocked.length > 0 ? paint.dim(signs.blocked) : paint.green(signs.pass);
  const sign = failed.length > 0 ? bad : well;
  page.line(`${sign} ${paint.bold(area.padEnd(width))}  ${paint.dim(summaryWords(countsOf(checks)))}`);
  for (const check of failed) failure(page, check);
  for (const check of checks) if (check.status === 'pass' && check.flaky) passLine(page, check);
  blockedLines(page, checks);
}

function passLine(page: Page, check: CheckResult): void {
  const { paint, columns } = page;
  const note = check.flaky ? ` (flaky: attempt ${check.attempts.length})` : '';
  const sign = check.flaky ? paint.yellow(signs.pass) : paint.green(signs.pass);
  twoSides(page, sign, inertLine(check.title, columns - 4), `${check.summary ?? ''}${note}`);
  if (!page.verbose) return;
  for (const item of check.evidence) {
    for (const text of evidenceLines(item, columns - 6, 12)) page.line(`      ${paint.dim(text)}`);
  }
}

function skipLine(page: Page, check: CheckResult): void {
  const { paint, columns } = page;
  page.line(`  ${paint.yellow(signs.skip)} ${inertLine(check.title, columns - 4)}`);
  const enable = check.enable ? ` (to run it: ${check.enable})` : '';
  for (const text of wrapText(`skipped: ${inertLine(`${check.reason}${enable}`, 1000)}`, columns - 6)) {
    page.line(`      ${paint.dim(text)}`);
  }
}

function failure(page: Page, check: CheckResult): void {
  const { paint, columns } = page;
  const advisory = check.level === 'advisory';
  const color = advisory ? paint.yellow : paint.red;
  const tries = check.attempts.length > 1 ? `, ${check.attempts.length} attempts` : '';
  twoSides(
    page,
    color(signs[check.status]),
    color(inertLine(check.failureTitle, columns - 4)),
    `${check.id} [${check.code}]${advisory ? ' advisory' : ''}${tries}`,
  );
  const label = check.status === 'error' ? 'broke' : 'found';
  if (check.expected) field(page, 'expected', check.expected);
  field(page, label, check.actual ?? '');
  const evidence = check.evidence.slice(0, page.verbose ? undefined : 4);
  for (const [index, item] of evidence.entries()) {
    const lines = evidenceLines(item, columns - 17, page.verbose ? 60 : 8);
    lines.forEach((text, at) => {
      page.line(
        `      ${paint.dim((at === 0 && index === 0 ? 'evidence' : '').padEnd(10))} ${paint.dim(text)}`,
      );
    });
  }
  if (check.hint) field(page, 'next', check.hint, paint.cyan);
}

function field(
  page: Page,
  name: string,
  text: string,
  color: (text: string) => string = (same) => same,
): void {
  const lines = wrapText(inertLine(text, 2000), page.columns - 17);
  lines.forEach((line, index) => {
    page.line(`      ${page.paint.dim((index === 0 ? name : '').padEnd(10))} ${color(line)}`);
  });
}

/** One line for all checks with the same root cause. */
function blockedLines(page: Page, checks: readonly CheckResult[]): void {
  const byCause = new Map<string, number>();
  for (const { status, blockedBy = [] } of checks) {
    if (status !== 'blocked') continue;
    const cause = blockedBy.join(', ');
    byCause.set(cause, (byCause.get(cause) ?? 0) + 1);
  }
  for (const [cause, count] of byCause) {
    page.line(
      `  ${page.paint.dim(`${signs.blocked} ${count} blocked by ${inertLine(cause, page.columns - 20)}`)}`,
    );
  }
}

/** Left and right on one line where both fit, else the right one below. */
function twoSides(page: Page, sign: string, left: string, right: string): void {
  const { paint, columns } = page;
  const shown = inertLine(right, columns - 6);
  const used = 4 + visibleLength(left);
  const column = Math.max(Math.min(58, Math.floor(columns * 0.54)), used + 2);
  if (column + shown.length <= columns) {
    page.line(`  ${sign} ${left}${' '.repeat(column - used)}${paint.dim(shown)}`);
  } else {
    page.line(`  ${sign} ${left}`);
    if (shown) page.line(`      ${paint.dim(shown)}`);
  }
}

function closing(
  page: Page,
  { checks, summary, durationMs, endedBy, internalError, stack, exitCode }: RunResult,
): void {
  const { paint } = page;
  if (internalError) field(page, 'internal', internalError, paint.red);
  const time = formatDuration(durationMs);
  const why = endedBy ? ` (ended by ${endedBy})` : '';
  const what = summaryWords(summary);
  const line = `${exitCode === 0 ? '✔' : '✖'} ${what} in ${time}${why} · ${stack.runtime} stack`;
  for (const part of wrapText(line, page.columns)) {
    page.line(exitCode === 0 ? paint.green.bold(part) : paint.red.bold(part));
  }
  // Of a stack that nobody started here, some addresses may be defaults that nobody meant.
  if (stack.runtime !== 'external' || !checks.some(({ source }) => source.startsWith('checks/'))) return;
  for (const part of wrapText(addressesOf(stack), page.columns - 2)) page.line(`  ${paint.dim(part)}`);
}

function addressesOf({ api, web, database, cache }: StackInfo): string {
  const addresses = [
    api.enabled && `api ${api.url}`,
    web.enabled && `web ${web.url}`,
    database.enabled && `database ${database.host}:${database.port}/${database.name}`,
    cache.enabled && `cache ${cache.host}:${cache.port}`,
  ];
  return inertLine(addresses.filter(Boolean).join(' · '), 2000);
}

function countsOf(checks: readonly CheckResult[]): Record<Status, number> {
  const counts: Record<Status, number> = { pass: 0, fail: 0, skip: 0, error: 0, blocked: 0 };
  for (const { status } of checks) counts[status]++;
  return counts;
}

function visibleLength(text: string): number {
  return text.replace(/\x1b\[[0-9;]*m/g, '').length;
}

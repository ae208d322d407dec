import { stripVTControlCharacters } from 'node:util';
import { Chalk, type ChalkInstance } from 'chalk';
import { formatDuration } from '../base/duration.ts';
import { safeLine } from '../base/safe-text.ts';
import { besideText, wrapText } from '../base/wrap-text.ts';
import type { Evidence } from '../check/evidence.ts';
import { pageOf } from '../check/page-of.ts';
import type { CheckResult, RunResult, Status } from '../check/result.ts';
import type { AnyServiceInfo, StackInfo } from '../check/stack.ts';
import { byArea } from './by-area.ts';
import { evidenceLines } from './evidence-lines.ts';
import { noteLines } from './excluded-words.ts';
import { flakyNote, waivedWords, waiverWords } from './failure-text.ts';
import type { Look, Reporter } from './reporter.ts';
import { doubtsIn, summaryWords } from './summary-words.ts';

const signs: Record<Status, string> = {
  pass: '✔',
  fail: '✖',
  error: '!',
  skip: '○',
  blocked: '◌',
  waived: '~',
};

interface Page extends Look {
  paint: ChalkInstance;
  line(text?: string): void;
  /** Folded beside its start. */
  beside(start: string, text: string, paint?: (part: string) => string): void;
}

/**
 * For a person. Without failures: the whole checklist. Otherwise every area without failures is one line, so that
 * the failures, each with what was expected, found, seen and to do, stand on the first screen. Quiet: they alone, and the
 * closing line.
 */
export const pretty: Reporter = {
  render(result, look) {
    const lines: string[] = [];
    const columns = Math.max(20, Math.min(look.columns, 120));
    const page: Page = {
      ...look,
      columns,
      paint: new Chalk({ level: look.color ? 1 : 0 }),
      line: (text = '') => lines.push(text.trimEnd()),
      beside: (start, text, paint) => lines.push(...besideText(start, text, columns, paint)),
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
    else if (check.status === 'waived') waivedLine(page, check);
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
  const isWaived = checks.some(({ status }) => status === 'waived');
  const isSkipped = checks.every(({ status }) => status === 'skip');
  const passed = isSkipped ? paint.yellow(signs.skip) : paint.green(signs.pass);
  const accepted = isWaived ? paint.yellow(signs.waived) : passed;
  const well = blocked.length > 0 ? paint.dim(signs.blocked) : accepted;
  const sign = failed.length > 0 ? bad : well;
  page.beside(`${sign} ${paint.bold(area.padEnd(width))}  `, summaryWords(countsOf(checks)), paint.dim);
  for (const check of failed) failure(page, check);
  for (const check of checks) if (check.status === 'pass' && check.flaky) passLine(page, check);
  for (const check of checks) if (check.status === 'waived') waivedLine(page, check);
  blockedLines(page, checks);
}

function passLine(page: Page, check: CheckResult): void {
  const { paint } = page;
  const note = flakyNote(check);
  const sign = check.flaky ? paint.yellow(signs.pass) : paint.green(signs.pass);
  twoSides(page, sign, check.title, `${check.summary ?? ''}${note}`);
  if (!page.verbose) return;
  for (const item of check.evidence) evidence(page, '      ', item, 12);
}

function skipLine(page: Page, check: CheckResult): void {
  const { paint } = page;
  page.beside(`  ${paint.yellow(signs.skip)} `, safeLine(check.title));
  const enable = check.enable ? ` (to run it: ${check.enable})` : '';
  page.beside('      ', `skipped: ${safeLine(`${check.reason}${enable}`, 1000)}`, paint.dim);
}

/** One line; what a waived failure blocks has none of its own. */
function waivedLine(page: Page, check: CheckResult): void {
  if (check.blockedBy) return;
  const { paint } = page;
  twoSides(
    page,
    paint.yellow(signs.waived),
    check.failureTitle,
    `${check.id} [${check.code}] ${waivedWords(check)}`,
  );
}

function failure(page: Page, check: CheckResult): void {
  const { paint, verbose } = page;
  const advisory = check.level === 'advisory';
  const color = advisory ? paint.yellow : paint.red;
  const tries = check.attempts.length > 1 ? `, ${check.attempts.length} attempts` : '';
  const name = `${check.id} [${check.code}]${advisory ? ' advisory' : ''}${tries}`;
  twoSides(page, color(signs[check.status]), check.failureTitle, name, color);
  if (check.expected) field(page, 'expected', check.expected);
  field(page, check.status === 'error' ? 'broke' : 'found', check.actual ?? '');
  const shown = check.evidence.slice(0, verbose ? undefined : 4);
  const label = fieldName(page, 'evidence');
  // Addresses and paths are long words: where they would be broken, all of it is printed below.
  const isBeside = page.columns >= 60;
  if (shown.length > 0 && !isBeside) page.line(label);
  for (const [index, item] of shown.entries()) {
    const start = isBeside ? (index === 0 ? label : fieldName(page, '')) : '      ';
    evidence(page, start, item, verbose ? 60 : 8);
  }
  if (check.endedWaiver) field(page, 'waiver', `ended: ${waiverWords(check.endedWaiver)}`);
  if (check.hint) field(page, 'next', check.hint, paint.cyan);
  // Names the page; its address is a word that would be broken in a narrow window.
  if (pageOf(check)) field(page, 'more', `meatymusic checks explain ${check.id}`, paint.dim);
}

function evidence(page: Page, start: string, item: Evidence, maxLines: number): void {
  const { paint, columns } = page;
  const indent = stripVTControlCharacters(start).length;
  evidenceLines(item, columns - indent, maxLines).forEach((text, at) => {
    const folded = wrapText(text, columns - indent, 2);
    folded.forEach((line, part) => {
      page.line(`${at + part === 0 ? start : ' '.repeat(indent)}${paint.dim(line)}`);
    });
  });
}

function field(page: Page, name: string, text: string, color?: (text: string) => string): void {
  page.beside(fieldName(page, name), safeLine(text, 2000), color);
}

function fieldName({ paint }: Page, name: string): string {
  return `      ${paint.dim(name.padEnd(10))} `;
}

/** One line for all checks with the same root cause. */
function blockedLines(page: Page, checks: readonly CheckResult[]): void {
  const byCause = new Map<string, number>();
  for (const { status, blockedBy = [] } of checks) {
    if (status !== 'blocked' && !(status === 'waived' && blockedBy.length > 0)) continue;
    const cause = blockedBy.join(', ');
    byCause.set(cause, (byCause.get(cause) ?? 0) + 1);
  }
  for (const [cause, count] of byCause) {
    page.beside(
      `  ${page.paint.dim(signs.blocked)} `,
      `${count} blocked by ${safeLine(cause)}`,
      page.paint.dim,
    );
  }
}

/** Left and right on one line where both fit, else the right one below. */
function twoSides(
  page: Page,
  sign: string,
  left: string,
  right: string,
  color: (text: string) => string = String,
): void {
  const { paint, columns } = page;
  const [title, note] = [safeLine(left), safeLine(right)];
  const used = 4 + title.length;
  const column = Math.max(Math.min(58, Math.floor(columns * 0.54)), used + 2);
  if (column + note.length <= columns) {
    page.line(`  ${sign} ${color(title)}${' '.repeat(column - used)}${paint.dim(note)}`);
  } else {
    page.beside(`  ${sign} `, title, color);
    if (note) page.beside('      ', note, paint.dim);
  }
}

function closing(page: Page, result: RunResult): void {
  const { checks, durationMs, endedBy, internalError, stack, exitCode } = result;
  const { paint } = page;
  if (internalError) field(page, 'internal', internalError, paint.red);
  const time = formatDuration(durationMs);
  const why = endedBy ? ` (ended by ${endedBy})` : '';
  const what = summaryWords(result.summary);
  const doubts = doubtsIn(result).map((doubt) => `: ${doubt}`);
  const line = `${exitCode === 0 ? '✔' : '✖'} ${what} in ${time}${why} · ${stack.runtime} stack${doubts.join('')}`;
  for (const part of wrapText(line, page.columns, 2)) {
    page.line(exitCode === 0 ? paint.green.bold(part) : paint.red.bold(part));
  }
  for (const left of noteLines(result)) page.beside('  ', left, paint.dim);
  // Some addresses of an external stack may be defaults that its user does not know.
  if (stack.runtime !== 'external' || !checks.some(({ source }) => source.startsWith('checks/'))) return;
  page.beside('  ', addressesOf(stack), paint.dim);
}

function addressesOf({ services, absent = {} }: StackInfo): string {
  const addresses = Object.entries(services).flatMap(([name, info]) =>
    info.enabled ? [`${name} ${addressOf(info)}`] : [],
  );
  const unnamed = Object.keys(absent).filter((name) => absent[name]?.code === 'not-named');
  if (unnamed.length > 0)
    addresses.push(`not part of this stack, because nothing names them: ${unnamed.join(', ')}`);
  return safeLine(addresses.join(' · '), 2000);
}

function addressOf({ url, host, port, name, kind }: AnyServiceInfo): string {
  if (url !== undefined) return url;
  return host === undefined ? kind : `${host}:${port}${name === undefined ? '' : `/${name}`}`;
}

function countsOf(checks: readonly CheckResult[]): Record<Status | 'advisory' | 'known', number> {
  const counts = { pass: 0, fail: 0, skip: 0, error: 0, blocked: 0, waived: 0, advisory: 0, known: 0 };
  for (const { status, level, known } of checks) {
    counts[status]++;
    if (known) counts.known++;
    if (status === 'fail' && level === 'advisory') counts.advisory++;
  }
  return counts;
}

import path from 'node:path';
import { formatDuration } from '../../base/duration.ts';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { nearest } from '../../base/nearest.ts';
import { packageRoot } from '../../base/package-root.ts';
import { besideText } from '../../base/wrap-text.ts';
import type { Check } from '../../check/define-check.ts';
import { type Effects, effectsOf } from '../../check/effects.ts';
import { pageOf } from '../../check/page-of.ts';
import type { Sabotage } from '../../check/sabotage.ts';
import { maskedValue } from '../../config/effective.ts';
import { originOf } from '../../config/origin.ts';
import type { Project } from '../../config/project.ts';
import { validateOptions } from '../../engine/check-options.ts';
import { optionsGivenFor } from '../../engine/given-options.ts';
import { loadAllChecks } from '../../session/all-checks.ts';
import { openProject } from '../context.ts';
import type { Action, CommandModule } from '../invocation.ts';
import { styleFor } from '../style.ts';
import { plain } from './list.ts';

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .summary('show what a check verifies, why, and how it can fail')
    .description(
      'Explain a check: what it verifies, why it matters, how it can fail and how to fix each failure, its options ' +
        'with their current values and where these come from, and how it is proven able to fail.',
    )
    .argument('<id>', 'ID of the check: api/health')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ meatymusic checks explain database/tables-present
  $ meatymusic checks explain api/health --json | jq .codes`,
    );
  act(command, explain);
};

/** An option of a check with its current value. */
interface OptionNow {
  name: string;
  description: string;
  value: unknown;
  origin: string;
}

const explain: Action = async (invocation, { json }, [id = '']) => {
  const project = await openProject(invocation);
  const { checks, unused } = await loadAllChecks(project, {}, invocation.signal);
  const known = [...checks, ...unused];
  const check = known.find((each) => each.id === id);
  if (!check) throw unknownCheck(id, known);
  const options = optionsNow(check, project);
  if (json) {
    await invocation.stdout.write(`${JSON.stringify({ ...plain(check), options }, null, 2)}\n`);
    return ExitCode.ok;
  }
  const { bold, dim, link } = styleFor(invocation.stdout);
  const columns = invocation.stdout.columns;
  const beside = (start: string, text: string, paint?: (part: string) => string) =>
    besideText(start, text, columns, paint);
  const { level = 'required', tags = [], after = [], blockedBy = {}, uses = [], sabotage = [] } = check;
  const blocking = Object.entries(blockedBy).map(([id, codes]) => `${id} [${codes.join(', ')}]`);
  const timeout = check.timeoutMs
    ? `${formatDuration(check.timeoutMs)} (its own)`
    : `${formatDuration(project.config.verify.timeout)} (verify.timeout)`;
  const facts: [string, string][] = [
    ['level', level === 'required' ? 'required' : 'advisory: a failure does not fail the run'],
    ['effects', effectsInWords[effectsOf(check, valuesOf(options))]],
    ['talks to', uses.join(', ') || '-'],
    ['through', check.needs.join(', ')],
    ['runs after', after.join(', ') || '-'],
    ...(blocking.length > 0 ? [['blocked by', blocking.join(', ')] as [string, string]] : []),
    ['time-out', timeout],
    ['tags', tags.join(', ') || '-'],
    ['from', check.source],
    ['page', pageFile(check) ?? '-'],
  ];
  const lines = [
    ...beside('', `${check.id}: ${check.title}`, bold),
    ...beside('', check.why),
    '',
    ...facts.flatMap(([name, text]) => beside(`  ${dim(name.padEnd(10))}  `, text)),
    '',
    bold('How it fails'),
    ...Object.entries(check.codes).flatMap(([code, { means, hint }]) => [
      ...beside('  ', `${code}: ${means}`),
      ...beside('      ', hint, link),
    ]),
    '',
    bold('Options'),
    ...(options.length === 0 ? ['  none'] : optionLines(options, columns, dim)),
    '',
    bold('Proven able to fail'),
    ...(sabotage.length === 0
      ? ['  not yet: its file declares no sabotage']
      : sabotage.flatMap((each) => [
          ...beside('  ', `${each.name} → ${each.code}`),
          ...beside('      ', sabotageInWords(each), dim),
        ])),
  ];
  await invocation.stdout.write(`${lines.join('\n')}\n`);
  return ExitCode.ok;
};

const effectsInWords: Record<Effects, string> = {
  none: 'none: it reads only',
  'rolled-back': 'writes inside a transaction that is rolled back',
  temporary: 'writes and removes it again, sends requests that could write, or runs a command',
  disruptive: 'takes a service away and brings it back; never on a stack that meatymusic did not start',
};

/** Returns the file of the page of a built-in check, in this package. */
function pageFile(check: Check): string | undefined {
  const page = pageOf(check);
  return page && path.join(packageRoot, page.replace(/^meatymusic\//, ''));
}

const valuesOf = (options: readonly OptionNow[]) =>
  Object.fromEntries(options.map(({ name, value }) => [name, value]));

function optionsNow(check: Check, { config, origins }: Project): OptionNow[] {
  const { id, options: schema } = check;
  if (!schema) return [];
  const given = optionsGivenFor(check, config.options);
  const origin = (at: string) => originOf(origins, at).text;
  const own = Object.fromEntries([...given].map(([name, { value }]) => [name, value]));
  const values = validateOptions([check], given.size > 0 ? { [id]: own } : {}, origin).get(id);
  return Object.entries(schema).map(([name, { description }]) => {
    const path = `options.${given.get(name)?.key ?? id}.${name}`;
    return {
      name,
      description,
      value: maskedValue(path, (values as Record<string, unknown>)[name]),
      origin: given.has(name) ? origin(path) : 'default',
    };
  });
}

function optionLines(
  options: readonly OptionNow[],
  columns: number,
  dim: (text: string) => string,
): string[] {
  const text = ({ value }: OptionNow) => JSON.stringify(value) ?? 'not set';
  const nameWidth = Math.max(...options.map(({ name }) => name.length));
  return options.flatMap((option) => [
    ...besideText(`  ${option.name.padEnd(nameWidth)}  `, `${text(option)} (${option.origin})`, columns),
    ...besideText(' '.repeat(nameWidth + 4), option.description, columns, dim),
  ]);
}

function sabotageInWords(sabotage: Sabotage): string {
  switch (sabotage.kind) {
    case 'stop':
      return `${sabotage.service} is stopped`;
    case 'sql':
      return sabotage.break.join('; ');
    case 'redis':
      return sabotage.break.map((command) => command.join(' ')).join('; ');
    case 'http':
      return `a proxy changes what ${sabotage.service} answers`;
    case 'logs':
      return `the log of ${sabotage.service}: ${sabotage.change}`;
    case 'migrations':
      return `in the folder of migrations, another ${Object.keys(sabotage.files).join(', ')}`;
    case 'spans':
      return `the spans: ${sabotage.change}`;
    case 'canned':
      return 'replies' in sabotage
        ? `${sabotage.service} answers ${Object.values(sabotage.replies).join(', ') || 'nothing'}`
        : `${sabotage.service} answers with ${sabotage.sqlstate}`;
    case 'environment':
      return `${sabotage.service} with ${Object.keys(sabotage.set).join(', ')} changed`;
    case 'options':
      return `its option ${Object.keys(sabotage.set).join(', ')} changed`;
    default:
      return 'sabotage';
  }
}

function unknownCheck(id: string, checks: readonly Check[]): Fault {
  const near = nearest(
    id,
    checks.map((check) => check.id),
  );
  return new Fault({
    code: 'unknown-check',
    message: `there is no check "${id}"`,
    hint: [near && `Did you mean ${near}?`, 'See: meatymusic checks list'].filter(Boolean).join(' '),
    exitCode: ExitCode.usage,
  });
}

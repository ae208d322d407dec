import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import { codeOf, Fault, messageOf } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { nearest } from '../../base/nearest.ts';
import { safeLine } from '../../base/safe-text.ts';
import { foreignFormats } from '../../logs/foreign-format.ts';
import { maxConditions, maxRequiredFields } from '../../logs/known-keys.ts';
import type { LogReport } from '../../logs/report.ts';
import { type SecretRule, secretMeanings, secretRules } from '../../logs/secret-rules.ts';
import { inertJson } from '../../reporters/inert.ts';
import type { Action, CommandModule, Invocation } from '../invocation.ts';
import { openStackProject } from '../stack-project.ts';
import { lineFor } from '../style.ts';
import { withSpinner } from '../with-spinner.ts';
import { count, describeLog, percent } from './check-report.ts';

/** A field, and the least share of the examined lines that have it. */
interface Requirement {
  name: string;
  share: number;
}

interface CheckFlags {
  require: Requirement[];
  where: string[];
  minStructured: number;
  ignoreRule: SecretRule[];
  json?: boolean;
}

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .summary('judge a log file: structure, fields, times, secrets')
    .description(
      'Judge a log of any size: is every line structured, does each line have the required fields, does it leak secrets? Exits with 1 if not.',
    )
    .argument('<file>', 'log file, or - for standard input')
    .option(
      '--require <field>',
      'field that every structured line must have, or a share of them (trace>=95%): a name, a dotted path, or a role (time, level, message, trace, span, service); repeatable',
      requirement,
      [],
    )
    .option(
      '--where <field>',
      'require fields only of lines with this field, or with this value in it (type=request); repeatable',
      collect,
      [],
    )
    .option('--min-structured <share>', 'minimum share of lines that are JSON objects', share, 1)
    .option(
      '--ignore-rule <rule>',
      `secret rule to disable, or all: ${secretRules.join(', ')}; repeatable`,
      rule,
      [],
    )
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ meatymusic logs check api.log --require trace --min-structured 99%
  $ meatymusic logs check api.log --where req --require 'trace>=95%'
  $ docker logs api 2>&1 | meatymusic logs check - --json`,
    );
  // `logs` has the option as well, and is the first to be offered it.
  command.hook('preAction', (self) => {
    if (self.parent?.opts().json) self.setOptionValue('json', true);
  });
  act(command, check);
};

const check: Action = async (invocation, options, [file]) => {
  const { cwd, stdin, stdout, stderr, quiet, signal } = invocation;
  const flags = options as unknown as CheckFlags;
  const atMost = (most: number, what: string) =>
    new Fault({ code: 'too-many-fields', message: `at most ${most} ${what}`, exitCode: ExitCode.usage });
  if (flags.require.length > maxRequiredFields) throw atMost(maxRequiredFields, 'fields can be required');
  if (flags.where.length > maxConditions) throw atMost(maxConditions, 'conditions are possible');
  const { analyseFile, analyseStream } = await import('../../logs/analyse-log.ts');
  const rules = secretRules.filter((name) => !flags.ignoreRule.includes(name));
  const startedAt = performance.now();
  await learnProject(invocation);
  const required = [...new Set(flags.require.map(({ name }) => name))];
  const analysis = { required, where: flags.where, rules, secrets: invocation.redact.known() };
  let report: LogReport;
  try {
    report =
      file === '-'
        ? await analyseStream(stdin(), analysis, signal)
        : await withSpinner({ stderr, quiet }, `reading ${file}`, () =>
            analyseFile(path.resolve(cwd, file as string), analysis, { signal }),
          );
  } catch (error) {
    signal.throwIfAborted();
    throw unreadable(file as string, error);
  }
  const source = file === '-' ? 'standard input' : (file as string);
  const failures = judge(report, flags, file as string);
  const durationMs = performance.now() - startedAt;
  await stdout.write(
    flags.json
      ? `${inertJson(JSON.stringify({ source, ok: failures.length === 0, failures, ...report }, null, 2))}\n`
      : `${describeLog(source, report, failures, durationMs, stdout.columns).join('\n')}\n`,
  );
  return failures.length === 0 ? ExitCode.ok : ExitCode.checkFailed;
};

/** The secrets of the project; a log can be judged without a configuration that can be read. */
async function learnProject(invocation: Invocation): Promise<void> {
  try {
    await openStackProject(invocation);
  } catch (error) {
    invocation.signal.throwIfAborted();
    const { stderr } = invocation;
    await stderr.write(
      lineFor(stderr, `note: secrets of the configuration are not known: ${safeLine(messageOf(error))}`),
    );
  }
}

function judge(report: LogReport, flags: CheckFlags, file: string): string[] {
  const { minStructured } = flags;
  if (report.lines === 0) return ['the log has no lines'];
  const found = report.structured / report.lines;
  const failures: string[] = [];
  if (report.foreign) {
    const { means, filter } = foreignFormats[report.foreign];
    const named = file === '-' ? 'FILE' : safeLine(file, 200);
    failures.push(`${means}: ${filter} ${named} | meatymusic logs check -`);
  }
  if (found < minStructured) {
    failures.push(
      `${count(report.lines - report.structured, 'line')} of ${report.lines} not structured (${percent(found)}, at least ${percent(minStructured)} wanted)`,
    );
  }
  failures.push(...judgeFields(report, flags));
  for (const [name, lines] of Object.entries(report.secrets)) {
    failures.push(`${secretMeanings[name as SecretRule]} in ${count(lines, 'line')} (${name})`);
  }
  return failures;
}

function judgeFields(report: LogReport, { require, where }: CheckFlags): string[] {
  if (require.length === 0) return [];
  if (report.structured === 0) return ['no structured line that could have the required fields'];
  if (report.examined === 0)
    return [`no structured line has ${where.map((each) => safeLine(each, 80)).join(' and ')}`];
  const { outside } = report;
  return require.flatMap(({ name, share }) => {
    const missing = report.missing[name] ?? 0;
    const apart = outside?.fields.includes(name) ? outside.before + outside.after : 0;
    const examined = report.examined - apart;
    if (missing === 0) return [];
    const found = (examined - missing) / examined;
    if (share === 1) return [`${count(missing, 'line')} without ${safeLine(name, 80)}`];
    if (found >= share) return [];
    return [
      `${count(missing, 'line')} of ${examined} without ${safeLine(name, 80)} (${percent(found)} have it, at least ${percent(share)} wanted)`,
    ];
  });
}

const unreadableReasons: Partial<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you are not allowed to',
};

function unreadable(file: string, error: unknown): unknown {
  const code = codeOf(error);
  if (!code || !/^E[A-Z]+$/.test(code)) return error;
  return new Fault({
    code: 'log-unreadable',
    message: `cannot read ${file}: ${unreadableReasons[code] ?? messageOf(error)}`,
    exitCode: ExitCode.usage,
  });
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

/** `trace`, `trace>=95%`. */
function requirement(value: string, before: Requirement[]): Requirement[] {
  const [, name = '', least] = /^(.*?)(?:\s*>=\s*([^>=]*))?$/s.exec(value) ?? [];
  if (name.trim() === '') throw new InvalidArgumentError('write the name of a field.');
  return [...before, { name: name.trim(), share: least === undefined ? 1 : share(least) }];
}

function share(value: string): number {
  const number = value.endsWith('%') ? Number(value.slice(0, -1)) / 100 : Number(value);
  if (value.trim() === '' || !(number >= 0 && number <= 1))
    throw new InvalidArgumentError('write 99% or 0.99.');
  return number;
}

function rule(value: string, before: SecretRule[]): SecretRule[] {
  if (value === 'all') return [...secretRules];
  if ((secretRules as readonly string[]).includes(value)) return [...before, value as SecretRule];
  const meant = nearest(value, secretRules);
  throw new InvalidArgumentError(`no such rule${meant ? `; did you mean ${meant}?` : '.'}`);
}

import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import { formatDuration } from '../../base/duration.ts';
import { codeOf, Fault, messageOf } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { nearest } from '../../base/nearest.ts';
import { safeLine } from '../../base/safe-text.ts';
import { besideText, wrapText } from '../../base/wrap-text.ts';
import { foreignFormats } from '../../logs/foreign-format.ts';
import { maxRequiredFields } from '../../logs/known-keys.ts';
import type { LogReport } from '../../logs/report.ts';
import { type SecretRule, secretMeanings, secretRules } from '../../logs/secrets.ts';
import { inertJson } from '../../reporters/inert.ts';
import type { Action, CommandModule, Invocation } from '../invocation.ts';
import { openStackProject } from '../stack-project.ts';
import { lineFor } from '../style.ts';
import { withSpinner } from '../with-spinner.ts';

interface CheckFlags {
  require: string[];
  minStructured: number;
  ignoreRule: SecretRule[];
  json?: boolean;
}

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .summary('judge a log file: structure, fields, times, secrets')
    .description(
      'Judge a log of any size: is it structured throughout, does each line have the fields it must have, does it leak secrets. Exits 1 where it does not hold.',
    )
    .argument('<file>', 'a log file, or - for standard input')
    .option(
      '--require <field>',
      'a field that every structured line must have: a name, a dotted path, or a role (time, level, message, trace, span, service); repeatable',
      collect,
      [],
    )
    .option('--min-structured <share>', 'least share of lines that are JSON objects', share, 1)
    .option(
      '--ignore-rule <rule>',
      `a rule about secrets to switch off, or all: ${secretRules.join(', ')}; repeatable`,
      rule,
      [],
    )
    .option('--json', 'the report as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ meatymusic logs check api.log --require trace --min-structured 99%
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
  if (flags.require.length > maxRequiredFields) {
    throw new Fault({
      code: 'too-many-fields',
      message: `at most ${maxRequiredFields} fields can be required`,
      exitCode: ExitCode.usage,
    });
  }
  const { analyseFile, analyseStream } = await import('../../logs/analyse-log.ts');
  const rules = secretRules.filter((name) => !flags.ignoreRule.includes(name));
  const startedAt = performance.now();
  await learnProject(invocation);
  const analysis = { required: flags.require, rules, secrets: invocation.redact.known() };
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
      : `${describe(source, report, failures, durationMs, stdout.columns).join('\n')}\n`,
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

function judge(report: LogReport, { minStructured }: CheckFlags, file: string): string[] {
  if (report.lines === 0) return ['the log holds no line'];
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
  for (const [name, missing] of Object.entries(report.missing)) {
    if (missing > 0) failures.push(`${count(missing, 'line')} without ${safeLine(name, 80)}`);
  }
  if (Object.keys(report.missing).length > 0 && report.structured === 0)
    failures.push('no structured line that could have the required fields');
  for (const [name, lines] of Object.entries(report.secrets)) {
    failures.push(`${secretMeanings[name as SecretRule]} in ${count(lines, 'line')} (${name})`);
  }
  return failures;
}

function describe(
  source: string,
  report: LogReport,
  failures: string[],
  durationMs: number,
  columns: number,
): string[] {
  const { times, samples } = report;
  const rows: [string, string][] = [
    [
      'lines',
      `${report.lines}${report.spans ? `, and ${count(report.spans, 'printed span')}` : ''}${report.blankLines ? `, and ${report.blankLines} blank` : ''}`,
    ],
    [
      'structured',
      `${report.structured} (${percent(report.lines ? report.structured / report.lines : 0)})${report.logfmt ? `; ${report.logfmt} in logfmt` : ''}`,
    ],
    ['shapes', counts(report.shapes) || 'none'],
    ['levels', counts(report.levels) || 'none'],
    ['with a trace', `${report.withTraceId}${report.withSpanId ? `, with a span ${report.withSpanId}` : ''}`],
  ];
  if (times.firstMs !== undefined && times.lastMs !== undefined) {
    rows.push([
      'times',
      `${new Date(times.firstMs).toISOString()} … ${new Date(times.lastMs).toISOString()}`,
    ]);
  }
  const notes = [
    report.unknownLevels ? `${count(report.unknownLevels, 'line')} with an unknown level` : '',
    times.outOfRange ? `${count(times.outOfRange, 'line')} with a time out of range` : '',
    times.backwards
      ? `time goes back ${times.backwards} times, by up to ${formatDuration(times.largestStepBackMs)}`
      : '',
    report.duplicateKeys ? `${count(report.duplicateKeys, 'line')} with a key that stands twice` : '',
    report.tooLong ? `${count(report.tooLong, 'line')} too long to be judged` : '',
    report.invalidUtf8Lines ? `${count(report.invalidUtf8Lines, 'line')} with invalid UTF-8` : '',
    report.nulBytes ? `${report.nulBytes} NUL bytes` : '',
    report.truncated ? 'the log ends inside a record' : '',
  ].filter(Boolean);
  const size = report.bytes < 1e5 ? count(report.bytes, 'byte') : `${(report.bytes / 1e6).toFixed(1)} MB`;
  const speed = `${size} in ${formatDuration(durationMs)}`;
  const sampleLines = samples.slice(0, 30).flatMap(({ line, problem, offset, detail, text }) => {
    const where = problem === 'truncated' ? `, at byte ${offset}` : '';
    return [
      ...besideText('  ', `line ${line}: ${problem}, ${safeLine(detail, 100)}${where}`, columns),
      ...(text ? besideText('    ', safeLine(text, 160), columns) : []),
    ];
  });
  return [
    ...wrapText(`${safeLine(source, 200)}  (${speed})`, columns, 2),
    ...[...rows, ...notes.map((note) => ['note', note] as const)].flatMap(([name, value]) =>
      besideText(`  ${name.padEnd(12)}  `, value, columns),
    ),
    ...(sampleLines.length > 0 ? ['', 'First findings', ...sampleLines] : []),
    '',
    ...(failures.length === 0
      ? ['The log holds.']
      : failures.flatMap((failure) => besideText('FAIL ', failure, columns))),
  ];
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

function counts(record: Partial<Record<string, number>>): string {
  return Object.entries(record)
    .filter(([, lines]) => lines)
    .sort((a, b) => (b[1] ?? 0) - (a[1] ?? 0))
    .map(([name, lines]) => `${name} ${lines}`)
    .join(', ');
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** Rounded down, so that 99.99 % is never shown as 100 %. */
function percent(part: number): string {
  return `${Math.floor(part * 10_000) / 100} %`;
}

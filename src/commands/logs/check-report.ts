import { formatDuration } from '../../base/duration.ts';
import { safeLine } from '../../base/safe-text.ts';
import { besideText, wrapText } from '../../base/wrap-text.ts';
import { type FrameName, frameMeanings } from '../../logs/frames.ts';
import type { LogReport } from '../../logs/report.ts';

/** Returns the lines of the report for a person. */
export function describeLog(
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
      [
        String(report.lines),
        report.printedRecords ? `${count(report.printedRecords, 'printed log record')} among them` : '',
        report.spans ? `and ${count(report.spans, 'printed span')}` : '',
        report.wrapperLines ? `and ${report.wrapperLines} of the program that started it` : '',
        report.blankLines ? `and ${report.blankLines} blank` : '',
      ]
        .filter(Boolean)
        .join(', '),
    ],
    ...(Object.keys(report.frames).length > 0
      ? [['in frames', counts(nameFrames(report.frames))] as [string, string]]
      : []),
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
    report.outside?.before || report.outside?.after
      ? `${count(report.outside.before + report.outside.after, 'line')} outside of requests (before the first, after the last) ${report.outside.before + report.outside.after === 1 ? 'needs' : 'need'} no ${report.outside.fields.map((name) => safeLine(name, 80)).join(', ')}`
      : '',
    report.unknownLevels ? `${count(report.unknownLevels, 'line')} with an unknown level` : '',
    times.outOfRange ? `${count(times.outOfRange, 'line')} with a time out of range` : '',
    times.backwards
      ? `time goes back ${times.backwards} times, by up to ${formatDuration(times.largestStepBackMs)}`
      : '',
    report.duplicateKeys ? `${count(report.duplicateKeys, 'line')} with a duplicate key` : '',
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

function counts(record: Partial<Record<string, number>>): string {
  return Object.entries(record)
    .filter(([, lines]) => lines)
    .sort((a, b) => (b[1] ?? 0) - (a[1] ?? 0))
    .map(([name, lines]) => `${name} ${lines}`)
    .join(', ');
}

function nameFrames(frames: LogReport['frames']): Record<string, number> {
  return Object.fromEntries(
    Object.entries(frames).map(([name, lines]) => [frameMeanings[name as FrameName], lines]),
  );
}

export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** Returns a share as a percentage, rounded down, so that 99.99 % is never shown as 100 %. */
export function percent(part: number): string {
  return `${Math.floor(part * 10_000) / 100} %`;
}

import { stat } from 'node:fs/promises';
import type { LogRecord, LogSummary } from '../check/probes.ts';
import type { LogAccess, LogScope } from './access.ts';
import { analyseFile, analyseStream } from './analyse-log.ts';
import { LogAnalyser } from './analyser.ts';
import { frameMeanings } from './frames.ts';
import { endOf, readLog } from './read-log.ts';
import { toRecord, withoutShape } from './record.ts';
import { type LogReport, mainFrame, mainShape } from './report.ts';
import { eachUntilAborted } from './until-aborted.ts';

/** Of a longer file its end is judged: as much as can be read in the time of a check. */
const judgedBytes = 512 * 1024 * 1024;
const offendingKept = 10;
/** Options without a search for secrets. */
const options = { rules: [] };

/** Counts the lines of a log by the engine that `logs check` judges it with. */
export async function summarizeLog(
  access: LogAccess,
  sinceMs: number | undefined,
  context: LogScope,
): Promise<LogSummary> {
  if (sinceMs !== undefined) {
    const { source, report } = await reportSince(access, sinceMs, context);
    return summaryOf(source, report);
  }
  const { signal } = context;
  const bytes = access.file === undefined ? 0 : await sizeOf(access.file);
  if (access.file === undefined || bytes === 0) {
    const stream = eachUntilAborted(access.open(undefined, signal), signal);
    return summaryOf(access.source, await analyseStream(stream, options));
  }
  const report = await analyseFile(access.file, options, { signal, lastBytes: judgedBytes });
  return summaryOf(bytes > judgedBytes ? endOf(access, judgedBytes) : access.source, report);
}

/** 0: it is no file that has an end. */
async function sizeOf(file: string): Promise<number> {
  const stats = await stat(file).catch(() => undefined);
  return stats?.isFile() ? stats.size : 0;
}

async function reportSince(access: LogAccess, sinceMs: number, context: LogScope) {
  const analyser = new LogAnalyser(options);
  let timeMs: number | undefined;
  const source = await readLog(access, { sinceMs }, context, {
    line({ text, number }) {
      timeMs = toRecord(text, number).timeMs ?? timeMs;
      if (timeMs === undefined || timeMs >= sinceMs) analyser.push(Buffer.from(`${text}\n`));
    },
  });
  return { source, report: analyser.end() };
}

function summaryOf(source: string, report: LogReport): LogSummary {
  const offending = new Map<number, LogRecord>();
  for (const { problem, line, text = '' } of report.samples) {
    if (!notStructured.has(problem) || offending.size === offendingKept) continue;
    if (!offending.has(line)) offending.set(line, withoutShape(toRecord(text, line)));
  }
  const { lines, structured, withTraceId, wrapperLines } = report;
  const frame = mainFrame(report);
  return {
    source,
    lines,
    structured,
    withTraceId,
    shape: mainShape(report),
    ...(frame ? { frame: frameMeanings[frame] } : {}),
    ...(wrapperLines > 0 ? { wrapperLines } : {}),
    offending: [...offending.values()],
  };
}

const notStructured: ReadonlySet<LogReport['samples'][number]['problem']> = new Set([
  'not-structured',
  'broken-json',
  'too-long',
  'truncated',
]);

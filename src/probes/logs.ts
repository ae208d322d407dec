import {
  type LogQuery,
  type LogRecord,
  type LogSummary,
  type LogsProbe,
  ProbeError,
} from '../check/probes.ts';
import type { ServiceName } from '../check/stack.ts';
import type { LogAccess, ProbeContext } from './context.ts';
import { asProbeError, pollUntil } from './logs/poll.ts';
import { LogReader, type LogReaderSink, type ShapedRecord } from './logs/read.ts';
import { toRecord } from './logs/record.ts';
import { tailOf } from './logs/tail.ts';
import { eachUntilAborted } from './logs/until-aborted.ts';

const defaultLimit = 50;
const offendingKept = 10;

/** Reads the services' logs where they are: files of the embedded stack, containers, or what the configuration names. */
export function createLogsProbe(context: ProbeContext): LogsProbe {
  const accessTo = (service: ServiceName): LogAccess => {
    const access = context.logs[service];
    if (!access) throw new ProbeError('LOG_UNAVAILABLE', `the log of ${service} cannot be read from here`);
    return access;
  };

  return {
    async available({ service }) {
      const access = context.logs[service];
      if (access) return { available: true, source: access.source };
      return { available: false, source: '', enable: `set services.${service}.log in meatymusic.config` };
    },

    async find(query) {
      const access = accessTo(query.service);
      const wanted = query.atLeast ?? 1;
      return pollUntil(
        () => findOnce(access, query, context),
        ({ matched }) => matched >= wanted,
        context,
        { what: `lines of ${access.source}`, withinMs: query.withinMs ?? 0, code: 'LOG_UNREADABLE' },
      );
    },

    async summarize({ service, sinceMs }) {
      const access = accessTo(service);
      try {
        return await summarizeOnce(access, sinceMs, context);
      } catch (error) {
        throw asProbeError(error, 'LOG_UNREADABLE', access.source);
      }
    },
  };
}

type Found = Awaited<ReturnType<LogsProbe['find']>>;

async function findOnce(access: LogAccess, query: LogQuery, context: ProbeContext): Promise<Found> {
  const records: LogRecord[] = [];
  let matched = 0;
  const scanned = await read(access, query.sinceMs, context, {
    ...(query.sinceMs === undefined ? { wants: mayMatch(query) } : {}),
    record(record, text) {
      if (query.traceId !== undefined && !mentionsTrace(record, text, query.traceId)) return;
      if (query.contains !== undefined && !text.includes(query.contains)) return;
      matched += 1;
      if (records.length < (query.limit ?? defaultLimit)) records.push(withoutShape(record));
    },
  });
  return { source: access.source, scanned, matched, records };
}

/** Tells, without reading a line, that it cannot match: most lines of a log are of other requests. */
function mayMatch({ contains, traceId }: LogQuery): (text: string) => boolean {
  // Its first group alone: a trace may be written in capitals, or with dashes.
  const head = traceId === undefined ? undefined : new RegExp(traceId.slice(0, 8), 'i');
  return (text) =>
    (contains === undefined || text.includes(contains)) && (head === undefined || head.test(text));
}

/** By its field, or, where no field is known, anywhere in the line. */
function mentionsTrace(record: LogRecord, text: string, traceId: string): boolean {
  return record.traceId === undefined
    ? text.toLowerCase().includes(traceId)
    : record.traceId === traceId || text.includes(traceId);
}

async function summarizeOnce(
  access: LogAccess,
  sinceMs: number | undefined,
  context: ProbeContext,
): Promise<LogSummary> {
  const shapes = new Map<string, number>();
  const offending: LogRecord[] = [];
  let lines = 0;
  let structured = 0;
  let withTraceId = 0;
  await read(access, sinceMs, context, {
    record(record) {
      lines += 1;
      shapes.set(record.shape, (shapes.get(record.shape) ?? 0) + 1);
      if (record.structured) structured += 1;
      else if (offending.length < offendingKept) offending.push(withoutShape(record));
      if (record.traceId) withTraceId += 1;
    },
  });
  const shape = [...shapes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'plain';
  return { source: access.source, lines, structured, withTraceId, shape, offending };
}

/**
 * Every record since the moment; a line without a time of its own has that of the line before it. Resolves to how many
 * lines were looked at.
 */
async function read(
  access: LogAccess,
  sinceMs: number | undefined,
  context: ProbeContext,
  sink: Pick<LogReaderSink, 'record' | 'wants'>,
): Promise<number> {
  const { signal } = context;
  let timeMs: number | undefined;
  let older = 0;
  const take: LogReaderSink['record'] = (record, text) => {
    timeMs = record.timeMs ?? timeMs;
    if (sinceMs === undefined || timeMs === undefined || timeMs >= sinceMs) sink.record(record, text);
    else older += 1;
  };
  const content = await tailOf(access, context)?.look(signal, sinceMs);
  if (content) {
    for (const { text, number } of content.lines) {
      if (sink.wants === undefined || sink.wants(text)) take(toRecord(text, number), text);
    }
    return content.lines.length - older;
  }
  const reader = new LogReader({ ...sink, record: take });
  for await (const chunk of eachUntilAborted(access.open(sinceMs, signal), signal)) reader.push(chunk);
  reader.end();
  return reader.records - older;
}

function withoutShape({ shape: _shape, ...record }: ShapedRecord): LogRecord {
  return record;
}

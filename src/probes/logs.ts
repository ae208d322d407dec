import { type LogQuery, type LogRecord, type LogsProbe, ProbeError } from '../check/probes.ts';
import type { ServiceName } from '../check/stack.ts';
import type { LogAccess } from '../logs/access.ts';
import { readLog } from '../logs/read-log.ts';
import { type ShapedRecord, toRecord, withoutShape } from '../logs/record.ts';
import { summarizeLog } from '../logs/summarize-log.ts';
import type { ProbeContext } from './context.ts';
import { asProbeError, pollUntil } from './poll.ts';

const defaultLimit = 50;

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
        return await summarizeLog(access, sinceMs, context);
      } catch (error) {
        throw asProbeError(error, 'LOG_UNREADABLE', access.source);
      }
    },
  };
}

type Found = Awaited<ReturnType<LogsProbe['find']>>;

async function findOnce(access: LogAccess, query: LogQuery, context: ProbeContext): Promise<Found> {
  const { sinceMs, fresh, traceId, limit = defaultLimit } = query;
  const records: LogRecord[] = [];
  const mayMatch = matcherOf(query);
  let scanned = 0;
  let matched = 0;
  let timeMs: number | undefined;
  const source = await readLog(access, { sinceMs, fresh }, context, {
    line({ text, number }) {
      // Most lines of a log are of other requests: they are not read.
      let record: ShapedRecord | undefined;
      if (sinceMs !== undefined) {
        record = toRecord(text, number);
        // A line without a time of its own has that of the line before it.
        timeMs = record.timeMs ?? timeMs;
        if (timeMs !== undefined && timeMs < sinceMs) return;
      }
      scanned += 1;
      if (!mayMatch(text)) return;
      if (traceId !== undefined) {
        record ??= toRecord(text, number);
        if (!mentionsTrace(record, text, traceId)) return;
      }
      matched += 1;
      if (records.length < limit) records.push(withoutShape(record ?? toRecord(text, number)));
    },
  });
  return { source, scanned, matched, records };
}

/** Returns a function that decides whether the text of a line can match. */
function matcherOf({ contains, traceId }: LogQuery): (text: string) => boolean {
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

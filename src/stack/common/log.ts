import { Writable } from 'node:stream';
import { trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, pino } from 'pino';

export interface LogOptions {
  service: string;
  /** Default: `info`. */
  level?: string | undefined;
  /** `json`, or `text` for reading. Default: `json`. */
  format?: string | undefined;
  /** Default: stdout, written synchronously, so that nothing is lost and nothing overtakes a span. */
  destination?: DestinationStream;
}

/** Names of fields whose values are redacted. */
const redactedPaths = [
  'req.headers.authorization',
  'req.headers.cookie',
  '*.password',
  '*.token',
  'authorization',
];

/**
 * The service's log: one JSON object a line with `level` (a word), `time` (ISO 8601), `service`, `message`, and `trace_id`
 * and `span_id` of whatever span is active.
 */
export function createLog({ service, level = 'info', format = 'json', destination }: LogOptions): Logger {
  const stdout = destination ?? pino.destination({ dest: 1, sync: true });
  return pino(
    {
      level,
      base: { service },
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: describeError },
      redact: { paths: redactedPaths, censor: '[redacted]' },
      mixin() {
        const active = trace.getActiveSpan()?.spanContext();
        return active ? { trace_id: active.traceId, span_id: active.spanId } : {};
      },
    },
    format === 'text' ? asText(stdout) : stdout,
  );
}

/** Formats `12:00:01.250 INFO  request completed GET /health 200`, for reading and not for parsing. */
function asText(out: DestinationStream): DestinationStream {
  return new Writable({
    write(chunk, _encoding, done) {
      const { time, level, message, service, trace_id, span_id, ...rest } = JSON.parse(String(chunk));
      const extra = Object.values(rest).filter((value) => typeof value !== 'object');
      out.write(
        `${[String(time).slice(11, 23), String(level).toUpperCase().padEnd(5), message, ...extra].join(' ')}\n`,
      );
      done();
    },
  });
}

/** Returns type, code, message and stack. Omits other fields of libraries, which contain statements, values and addresses. */
function describeError(thrown: unknown): Record<string, unknown> {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: String(thrown) };
  const { name: type, message, stack } = thrown;
  const { code } = thrown as { code?: unknown };
  return { type, ...(code !== undefined && { code }), message, stack };
}

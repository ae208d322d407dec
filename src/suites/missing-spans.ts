import type { LogRecord, LogsProbe } from '../check/probes.ts';
import type { FollowedRequest } from './follow-request.ts';
import { sampledIn } from './sent-ids.ts';

/** Why no span of a request was seen. */
export type MissingSpans =
  /** The exporter itself reports a failure since the request was sent. */
  | { why: 'exporter-failed'; line: LogRecord }
  /** They may have gone where nothing can be read: no verdict. */
  | { why: 'elsewhere'; reason: string; enable: string }
  /** The service does not sample the request although the caller does. */
  | { why: 'not-sampled' }
  | { why: 'unknown' };

/** Parts of the lines that exporters of the OpenTelemetry SDKs log when they fail. */
const exporterErrors = [
  'OTLPExporterError',
  'Failed to export',
  'failed to export',
  'traces export:',
  'while exporting span batch',
];

const receiveHere =
  'let the API print its spans (OTEL_TRACES_EXPORTER=console) with services.api.log set, or point its OTEL_EXPORTER_OTLP_ENDPOINT and services.telemetry.otlpEndpoint at http://127.0.0.1:4318, where verify receives them';

export async function explainMissingSpans(
  { sent, exchange, log, spans }: FollowedRequest,
  logs: LogsProbe | undefined,
): Promise<MissingSpans> {
  if (logs && log.available) {
    for (const contains of exporterErrors) {
      const { records } = await logs.find({ service: 'api', contains, sinceMs: sent.sinceMs, fresh: true });
      const [line] = records;
      if (line) return { why: 'exporter-failed', line };
    }
  }
  if (spans.elsewhere !== undefined)
    return {
      why: 'elsewhere',
      reason: `the spans go to ${spans.elsewhere}, where they cannot be read`,
      enable: receiveHere,
    };
  const sampled = sampledIn(log.records, exchange.response?.headers ?? {}, sent);
  if (sampled === false) return { why: 'not-sampled' };
  if (sampled && spans.scanned === 0)
    return {
      why: 'elsewhere',
      reason: `the API samples the request, and no span has ever been seen in ${spans.source}: its spans go where they cannot be read, or it has no exporter`,
      enable: receiveHere,
    };
  return { why: 'unknown' };
}

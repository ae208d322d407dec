import { ProbeError } from '../check/index.ts';
import type { HttpRequest, LogQuery, LogRecord, SpanData, SpanQuery } from '../check/probes.ts';
import type { FakeProbes } from '../check/tester.ts';
import { parseTraceparent } from '../suites/traceparent.ts';

/** How an imagined API treats the trace of a request. The defaults are right; each case turns one of them. */
export interface TracedApi {
  status?: number | ((headers: Record<string, string>) => number);
  down?: boolean;
  /** Which trace it uses; default: a valid traceparent is continued, anything else begins a new one. */
  traceOf?(header: string | undefined, index: number): string;
  /** `sampled`: it says so of every trace. */
  returns?: 'traceparent' | 'sampled' | 'another' | 'nothing';
  body?(traceId: string): string;
  /** `text`: only in the text of the line. `stray`: one line of two has no trace. */
  logs?: 'with-trace' | 'without' | 'another' | 'text' | 'stray' | 'nothing' | 'unavailable';
  /** `clients`: with spans of PostgreSQL and Redis below; `clients-first`: which are exported before the request's own. */
  spans?:
    | 'one'
    | 'clients'
    | 'clients-first'
    | 'loose-clients'
    | 'orphan'
    | 'elsewhere'
    | 'nothing'
    | 'unavailable';
  /** Which traces leave spans; default: `always`. */
  sampler?: 'parent' | 'always';
  service?: string;
}

export const anotherTrace = 'f'.repeat(31).concat('e');

/** Fakes of the probes with which a check follows a request to this API and back. */
export function tracedApi(
  behaviour: TracedApi,
  names: readonly ('http' | 'ids' | 'logs' | 'spans')[],
): FakeProbes {
  const {
    status = 200,
    returns = 'traceparent',
    logs = 'with-trace',
    spans = 'one',
    sampler = 'always',
    service = 'meatymusic-api',
  } = behaviour;
  const lines: LogRecord[] = [];
  const exported: SpanData[] = [];
  let requests = 0;
  const unique = (digits: number, index: number) => (index + 1).toString(16).padStart(digits, 'a');
  let traces = 0;
  let uuids = 0;
  let looks = 0;
  const all: Required<Pick<FakeProbes, 'http' | 'ids' | 'logs' | 'spans'>> = {
    ids: {
      trace: () => {
        const traceId = unique(32, traces);
        const spanId = unique(16, traces++);
        return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
      },
      uuid: () => `${unique(8, uuids++)}-0000-4000-8000-000000000000`,
    },
    http: {
      request: ({ url, headers: once = {}, moreHeaders = [] }: HttpRequest) => {
        if (behaviour.down) return new ProbeError('ECONNREFUSED', 'connection refused');
        // As Node.js has a header that came twice.
        const headers = { ...once };
        for (const [name, value] of moreHeaders) headers[name] = `${headers[name]}, ${value}`;
        const header = headers.traceparent;
        const parent = header === undefined ? undefined : parseTraceparent(header);
        const index = requests++;
        const traceId = behaviour.traceOf?.(header, index) ?? parent?.traceId ?? unique(32, 4096 + index);
        const spanId = unique(16, 8192 + index);
        record(lines, { url, traceId, mode: logs, xTraceId: headers['X-Trace-ID'] });
        const isSampled = sampler === 'always' || parent?.sampled !== false;
        const mode = isSampled ? spans : 'nothing';
        exported.push(...spansOf({ mode, traceId, spanId, parentId: parent?.parentId, service, url }));
        const body = behaviour.body?.(traceId) ?? '';
        const named = returns === 'another' ? anotherTrace : traceId;
        const returned: Record<string, string> =
          returns === 'nothing'
            ? {}
            : { traceparent: `00-${named}-${spanId}-${isSampled || returns === 'sampled' ? '01' : '00'}` };
        return {
          status: typeof status === 'number' ? status : status(headers),
          headers: returned,
          rawHeaders: [],
          body,
          bodyBytes: body.length,
          address: '127.0.0.1:8000',
          durationMs: 3,
        };
      },
    },
    logs: {
      available: { available: logs !== 'unavailable', source: 'api.log', enable: 'set services.api.log' },
      find: ({ traceId, contains }: LogQuery) => {
        const records = lines.filter(
          ({ raw }) =>
            (traceId === undefined || raw.includes(traceId)) &&
            (contains === undefined || raw.includes(contains)),
        );
        return { source: 'api.log', scanned: lines.length, matched: records.length, records };
      },
    },
    spans: {
      available: { available: spans !== 'unavailable', source: 'api.log', enable: 'set services.api.log' },
      find: ({ traceId }: SpanQuery) => {
        const early = spans === 'clients-first' && looks++ === 0;
        const there = exported.filter(({ kind }) => !early || kind === 'client');
        return {
          source: 'api.log',
          scanned: there.length,
          spans: there.filter((span) => traceId === undefined || span.traceId === traceId),
        };
      },
    },
  };
  return Object.fromEntries(names.map((name) => [name, all[name]]));
}

function record(
  lines: LogRecord[],
  {
    url,
    traceId,
    mode,
    xTraceId,
  }: { url: string; traceId: string; mode: string; xTraceId: string | undefined },
): void {
  if (mode === 'nothing' || mode === 'unavailable') return;
  const add = (fields: Record<string, string>, known?: string) =>
    lines.push({
      number: lines.length + 1,
      raw: JSON.stringify(fields),
      structured: true,
      ...(known ? { traceId: known } : {}),
    });
  const common = { msg: `GET ${url}`, ...(xTraceId ? { x_trace_id: xTraceId } : {}) };
  if (mode === 'without') add({ msg: `GET ${url}` });
  else if (mode === 'another') add({ msg: `GET ${url}`, trace_id: anotherTrace }, anotherTrace);
  else if (mode === 'text') add({ msg: `GET ${url} in ${traceId}` });
  else add({ ...common, trace_id: traceId }, traceId);
  if (mode === 'stray') add({ msg: `done ${url}` });
}

interface SpanPlan {
  mode: string;
  traceId: string;
  spanId: string;
  parentId: string | undefined;
  service: string;
  url: string;
}

function spansOf({ mode, traceId, spanId, parentId, service, url }: SpanPlan): SpanData[] {
  if (mode === 'nothing' || mode === 'unavailable') return [];
  const span = (id: string, parent: string | undefined, rest: Partial<SpanData>): SpanData => ({
    traceId: mode === 'elsewhere' ? anotherTrace : traceId,
    spanId: id,
    ...(parent ? { parentSpanId: parent } : {}),
    name: 'GET /health',
    kind: 'server',
    service,
    startMs: 1_767_225_600_001,
    durationMs: 3,
    status: 'unset',
    attributes: { 'url.full': url },
    ...rest,
  });
  const server = span(spanId, mode === 'orphan' ? '1234567890abcdef' : parentId, {});
  if (!mode.includes('clients')) return [server];
  const below = mode === 'loose-clients' ? '1234567890abcdef' : spanId;
  const client = (id: string, system: string) =>
    span(`${id}${spanId.slice(1)}`, below, {
      name: system,
      kind: 'client',
      attributes: { 'db.system.name': system },
    });
  return [server, client('b', 'postgresql'), client('c', 'redis')];
}

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
  returns?: 'traceparent' | 'sampled' | 'unsampled' | 'another' | 'nothing';
  body?(traceId: string): string;
  /** `text`: only in the text of the line. `stray`: one line of two has no trace. */
  logs?: 'with-trace' | 'without' | 'another' | 'text' | 'stray' | 'nothing' | 'unavailable';
  /** `clients`: with spans of PostgreSQL and Redis below; `clients-first`: which are exported before the request's own; `never`: no span was ever seen. */
  spans?:
    | 'one'
    | 'clients'
    | 'clients-first'
    | 'loose-clients'
    | 'clients-elsewhere'
    | 'orphan'
    | 'elsewhere'
    | 'nothing'
    | 'never'
    | 'unavailable';
  /** The tracestate of the span, from the headers; default: the valid members. */
  stateOf?(tracestate: string, valid: string): string;
  /** Number of spans that can be read at each look; the last one for ever. Default: all of them at once. */
  looks?: number[];
  /** Receives each query for spans. */
  onLook?(query: SpanQuery): void;
  /** Lines that are in the log before. */
  lines?: string[];
  /** Address to which the spans go instead. */
  elsewhere?: string;
  /** Which traces leave spans; default: `always`. */
  sampler?: 'parent' | 'always';
  /** Name of the service in its spans; false: they name none. */
  service?: string | false;
}

/** A trace that was not sent, another one for each request. */
export const anotherTrace = (index: number) => index.toString(16).padStart(32, 'f');

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
  const lines: LogRecord[] = (behaviour.lines ?? []).map((raw, index) => ({
    number: index + 1,
    raw,
    structured: false,
  }));
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
        const headers: Record<string, string> = {};
        for (const [name, value] of Object.entries(once)) headers[name.toLowerCase()] = value.trim();
        for (const [name, value] of moreHeaders) headers[name] = `${headers[name]}, ${value}`;
        const header = headers.traceparent;
        const parent = header === undefined ? undefined : parseTraceparent(header);
        const index = requests++;
        const traceId = behaviour.traceOf?.(header, index) ?? parent?.traceId ?? unique(32, 4096 + index);
        const spanId = unique(16, 8192 + index);
        record(lines, { url, traceId, mode: logs, xTraceId: headers['x-trace-id'], index });
        const isSampled = sampler === 'always' || parent?.sampled !== false;
        const mode = isSampled ? spans : 'nothing';
        const given = parent ? (headers.tracestate ?? '') : '';
        const { tracestate = '' } = headers;
        const traceState = behaviour.stateOf?.(tracestate, validState(tracestate)) ?? validState(given);
        const parentId = parent?.parentId;
        const flags = parent && header ? { flags: Number.parseInt(header.slice(53, 55), 16) } : {};
        exported.push(
          ...spansOf({ mode, traceId, spanId, parentId, service, url, traceState, index, ...flags }),
        );
        const body = behaviour.body?.(traceId) ?? '';
        const named = returns === 'another' ? anotherTrace(index) : traceId;
        const returned: Record<string, string> =
          returns === 'nothing'
            ? {}
            : {
                traceparent: `00-${named}-${spanId}-${returns !== 'unsampled' && (isSampled || returns === 'sampled') ? '01' : '00'}`,
              };
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
      available: {
        available: spans !== 'unavailable',
        source: 'api.log',
        enable: 'set services.api.log',
        ...(behaviour.elsewhere ? { elsewhere: behaviour.elsewhere } : {}),
      },
      find: (query: SpanQuery) => {
        const { traceId } = query;
        behaviour.onLook?.(query);
        const { looks: steps = [exported.length] } = behaviour;
        const early = spans === 'clients-first' && looks === 0;
        const shown = exported.slice(0, steps[Math.min(looks++, steps.length - 1)]);
        const there = shown.filter(({ kind }) => !early || kind === 'client');
        return {
          source: 'api.log',
          scanned: spans === 'never' ? 0 : there.length + 1,
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
    index,
  }: { url: string; traceId: string; mode: string; xTraceId: string | undefined; index: number },
): void {
  if (mode === 'nothing' || mode === 'unavailable') return;
  const add = (fields: Record<string, string>, known?: string) =>
    lines.push({
      number: lines.length + 1,
      raw: JSON.stringify(fields),
      structured: true,
      fields,
      ...(known ? { traceId: known } : {}),
    });
  const common = { msg: `GET ${url}`, ...(xTraceId ? { x_trace_id: xTraceId } : {}) };
  if (mode === 'without') add({ msg: `GET ${url}` });
  else if (mode === 'another') add({ msg: `GET ${url}`, trace_id: anotherTrace(index) }, anotherTrace(index));
  else if (mode === 'text') add({ msg: `GET ${url} in ${traceId}` });
  else add({ ...common, trace_id: traceId }, traceId);
  if (mode === 'stray') add({ msg: `done ${url}` });
}

interface SpanPlan {
  mode: string;
  traceId: string;
  spanId: string;
  parentId: string | undefined;
  service: string | false;
  url: string;
  traceState: string;
  index: number;
  flags?: number;
}

function spansOf(plan: SpanPlan): SpanData[] {
  const { mode, traceId, spanId, parentId, service, url, traceState, index, flags } = plan;
  if (mode === 'nothing' || mode === 'never' || mode === 'unavailable') return [];
  const span = (id: string, parent: string | undefined, rest: Partial<SpanData>): SpanData => ({
    traceId: mode === 'elsewhere' ? anotherTrace(index) : traceId,
    spanId: id,
    ...(parent ? { parentSpanId: parent } : {}),
    name: 'GET /health',
    kind: 'server',
    ...(service === false ? {} : { service }),
    traceState,
    ...(flags === undefined ? {} : { flags }),
    startMs: 1_767_225_600_001,
    durationMs: 3,
    status: 'unset',
    attributes: { 'url.full': url },
    ...rest,
  });
  const server = span(spanId, mode === 'orphan' ? '1234567890abcdef' : parentId, {});
  if (!mode.includes('clients')) return [server];
  const below = mode === 'loose-clients' ? '1234567890abcdef' : spanId;
  const apart = mode === 'clients-elsewhere';
  const client = (id: string, system: string) =>
    span(`${id}${spanId.slice(1)}`, apart ? undefined : below, {
      ...(apart ? { traceId: anotherTrace(index) } : {}),
      name: system,
      kind: 'client',
      attributes: { 'db.system.name': system },
    });
  return [server, client('b', 'postgresql'), client('c', 'redis')];
}

/** Returns the members that W3C Trace Context lets a receiver keep. */
function validState(tracestate: string): string {
  const members = tracestate.split(',').map((member) => member.trim());
  const valid = members.filter((member) =>
    /^[a-z][a-z0-9_\-*/@]{0,255}=[ -+\--<>-~]{0,255}[!-+\--<>-~]$/.test(member),
  );
  const keys = valid.map((member) => member.split('=')[0]);
  const once = valid.filter((_, index) => keys.indexOf(keys[index]) === index);
  return once.length > 32 || tracestate.length > 512 ? '' : once.join(',');
}

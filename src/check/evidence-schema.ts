import { integer, mapOf, number, strictMap, v } from '../base/schema.ts';
import type { Json } from './json.ts';

const text = v.string();
const about = (description: string) => v.pipe(text, v.description(description));
const count = integer();

const anyJson: v.GenericSchema<Json> = v.lazy(() => jsonValue);
const jsonValue = v.union([text, number(), v.boolean(), v.null(), v.array(anyJson), mapOf(anyJson)]);

/** One span of a trace, as evidence and as the probes return it. */
export const spanSchema = strictMap({
  traceId: about('32 lower-case hexadecimal digits'),
  spanId: about('16 lower-case hexadecimal digits'),
  parentSpanId: v.optional(text),
  name: text,
  kind: v.picklist(['internal', 'server', 'client', 'producer', 'consumer']),
  service: v.optional(
    about(
      'service.name of the resource, empty if the resource has none; unset: the exporter prints no resource',
    ),
  ),
  traceState: v.optional(about('Its tracestate, empty if it has none; unset: the exporter does not show it')),
  flags: v.optional(
    v.pipe(number(0), v.description('Its trace flags; unset: the exporter does not show them')),
  ),
  startMs: v.pipe(number(), v.description('Epoch milliseconds, fractions kept')),
  durationMs: number(),
  status: v.picklist(['unset', 'ok', 'error']),
  attributes: mapOf(anyJson),
});

/** A request with its response, or with the error that ended it. */
export const exchangeSchema = strictMap({
  request: strictMap({ method: text, url: text, headers: mapOf(text) }),
  response: v.optional(
    strictMap({
      status: count,
      headers: v.pipe(
        mapOf(text),
        v.description('Names in lower case; repeated headers are joined with ", "'),
      ),
      rawHeaders: v.pipe(
        v.array(v.strictTuple([text, text])),
        v.description('Name and value in the order and case of the wire, duplicates kept'),
      ),
      body: about('An excerpt'),
      bodyBytes: count,
      address: about('The address that was dialled: [::1]:8000'),
      durationMs: number(0),
    }),
  ),
  error: v.optional(strictMap({ code: text, message: text })),
});

/** The schema of evidence: plain data. */
export const evidenceSchema = v.variant('kind', [
  strictMap({ kind: v.literal('fact'), label: text, value: text }),
  strictMap({ kind: v.literal('http'), label: text, exchange: exchangeSchema }),
  strictMap({
    kind: v.literal('query'),
    label: text,
    statement: text,
    rows: v.array(anyJson),
    rowCount: count,
  }),
  strictMap({
    kind: v.literal('lines'),
    label: text,
    source: text,
    lines: v.array(strictMap({ number: count, text })),
    total: count,
  }),
  strictMap({
    kind: v.literal('spans'),
    label: text,
    spans: v.array(spanSchema),
    expectedRootSpanId: v.optional(text),
  }),
  strictMap({ kind: v.literal('file'), label: text, path: text, mediaType: text }),
]);

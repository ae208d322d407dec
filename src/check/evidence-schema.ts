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
  parentSpanId: v.optional(about('Span ID of its parent; absent: a root')),
  name: about('Name of the span'),
  kind: v.pipe(
    v.picklist(['internal', 'server', 'client', 'producer', 'consumer']),
    v.description('Kind of the span'),
  ),
  service: v.optional(
    about(
      'service.name of the resource, empty if the resource has none; unset: the exporter prints no resource',
    ),
  ),
  traceState: v.optional(about('Its tracestate, empty if it has none; unset: the exporter does not show it')),
  flags: v.optional(
    v.pipe(number(0), v.description('Its trace flags; unset: the exporter does not show them')),
  ),
  startMs: v.pipe(number(), v.description('Milliseconds since the Unix epoch, with fractions')),
  durationMs: v.pipe(number(), v.description('Duration in milliseconds')),
  status: v.pipe(v.picklist(['unset', 'ok', 'error']), v.description('Status of the span')),
  attributes: v.pipe(mapOf(anyJson), v.description('Attributes of the span by name')),
});

/** A request with its response, or with the error that ended it. */
export const exchangeSchema = strictMap({
  request: v.pipe(
    strictMap({
      method: about('Method'),
      url: about('Address, redacted'),
      headers: v.pipe(mapOf(text), v.description('Headers that were sent, redacted')),
    }),
    v.description('The request'),
  ),
  response: v.optional(
    v.pipe(
      strictMap({
        status: v.pipe(count, v.description('Status code')),
        headers: v.pipe(
          mapOf(text),
          v.description('Names in lower case; repeated headers are joined with ", "'),
        ),
        rawHeaders: v.pipe(
          v.array(v.strictTuple([text, text])),
          v.description('Names and values in the order and case in which they were sent, duplicates kept'),
        ),
        body: about('An excerpt'),
        bodyBytes: v.pipe(count, v.description('Bytes of the whole body')),
        address: about('The address that was dialled: [::1]:8000'),
        durationMs: v.pipe(number(0), v.description('Milliseconds until the body was complete')),
      }),
      v.description('The response; absent: there was none'),
    ),
  ),
  error: v.optional(
    v.pipe(
      strictMap({
        code: about('Code of the error, such as ECONNREFUSED'),
        message: about('Message of the error'),
      }),
      v.description('The error that ended it'),
    ),
  ),
});

/** Returns the entries that evidence of every kind has. */
function entriesOf<const Kind extends string>(kind: Kind) {
  return {
    kind: v.pipe(v.literal(kind), v.description('Kind of the evidence')),
    label: about('What it shows'),
  };
}

/** The schema of evidence: plain data. */
export const evidenceSchema = v.variant('kind', [
  strictMap({ ...entriesOf('fact'), value: about('Value, as text') }),
  strictMap({
    ...entriesOf('http'),
    exchange: v.pipe(exchangeSchema, v.description('The request and its response')),
  }),
  strictMap({
    ...entriesOf('query'),
    statement: about('The statement'),
    rows: v.pipe(v.array(anyJson), v.description('The first rows')),
    rowCount: v.pipe(count, v.description('Number of all rows')),
  }),
  strictMap({
    ...entriesOf('lines'),
    source: about('Source of the lines'),
    lines: v.pipe(
      v.array(
        strictMap({
          number: v.pipe(count, v.description('Counted from 1')),
          text: about('Text of the line'),
        }),
      ),
      v.description('The relevant lines'),
    ),
    total: v.pipe(count, v.description('Number of all lines')),
  }),
  strictMap({
    ...entriesOf('spans'),
    spans: v.pipe(v.array(spanSchema), v.description('The spans of one trace')),
    expectedRootSpanId: v.optional(about('Span ID that the parent of the root was expected to have')),
  }),
  strictMap({
    ...entriesOf('file'),
    path: about('Path, relative to the folder of the evidence'),
    mediaType: about('Media type: image/png'),
  }),
]);

import { described, integer, mapOf, number, strictMap, v } from '../base/schema.ts';
import { effectsLevels } from '../check/effects.ts';
import type { Json } from '../check/json.ts';
import { resultSchemaVersion } from '../check/result.ts';

/** The shape of the result document, published as `meatymusic/schema/result.schema.json`. The type is `RunResult`. */
const text = v.string();
const about = (description: string) => described(text, description);
const maybe = (description: string) => v.optional(about(description));
const texts = v.array(text);
const count = integer();
const ms = number(0);

const json: v.GenericSchema<Json> = v.lazy(() => jsonValue);
const jsonValue = v.union([text, number(), v.boolean(), v.null(), v.array(json), mapOf(json)]);

const span = strictMap({
  traceId: text,
  spanId: text,
  parentSpanId: v.optional(text),
  name: text,
  kind: v.picklist(['internal', 'server', 'client', 'producer', 'consumer']),
  service: text,
  startMs: number(),
  durationMs: number(),
  status: v.picklist(['unset', 'ok', 'error']),
  attributes: mapOf(json),
});

const exchange = strictMap({
  request: strictMap({ method: text, url: text, headers: mapOf(text) }),
  response: v.optional(
    strictMap({
      status: count,
      headers: mapOf(text),
      rawHeaders: v.array(v.strictTuple([text, text])),
      body: about('An excerpt'),
      bodyBytes: count,
      address: about('The address that was dialled'),
      durationMs: ms,
    }),
  ),
  error: v.optional(strictMap({ code: text, message: text })),
});

const evidence = v.variant('kind', [
  strictMap({ kind: v.literal('fact'), label: text, value: text }),
  strictMap({ kind: v.literal('http'), label: text, exchange }),
  strictMap({
    kind: v.literal('query'),
    label: text,
    statement: text,
    rows: v.array(json),
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
    spans: v.array(span),
    expectedRootSpanId: v.optional(text),
  }),
  strictMap({ kind: v.literal('file'), label: text, path: text, mediaType: text }),
]);

/** What an attempt may end with; a check may be blocked, too. */
const ends = ['pass', 'fail', 'skip', 'error'] as const;

const attempt = strictMap({
  number: integer(1),
  startMs: ms,
  durationMs: ms,
  status: v.picklist(ends),
  code: v.optional(text),
  actual: v.optional(text),
});

const examined = v.array(strictMap({ count: number(), what: text }));

const check = strictMap({
  id: text,
  area: text,
  title: text,
  failureTitle: text,
  level: v.picklist(['required', 'advisory']),
  tags: texts,
  effects: v.picklist(effectsLevels),
  source: about('The file or package that the check came from'),
  status: v.picklist([...ends, 'blocked']),
  summary: maybe('pass: what was found'),
  examined: v.optional(described(examined, 'pass: how much it rests on')),
  code: maybe('fail, error: a stable code'),
  expected: v.optional(text),
  actual: v.optional(text),
  hint: maybe('fail: what to do next'),
  reason: maybe('skip: why it cannot be judged'),
  enable: maybe('skip: what would make it possible'),
  blockedBy: v.optional(described(texts, 'blocked: the root causes')),
  evidence: v.array(evidence),
  attempts: v.array(attempt),
  flaky: v.optional(described(v.boolean(), 'Passed, but not at the first attempt')),
  startMs: described(ms, 'From the start of the run'),
  durationMs: ms,
});

const enabled = v.boolean();

export const resultSchema = v.pipe(
  strictMap({
    schemaVersion: v.literal(resultSchemaVersion),
    tool: strictMap({ name: v.literal('meatymusic'), version: text }),
    startedAt: v.pipe(text, v.isoTimestamp(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)),
    durationMs: ms,
    traceId: maybe("The trace of the run itself, where the tool's own tracing is on"),
    stack: strictMap({
      runtime: v.picklist(['compose', 'embedded', 'external']),
      api: strictMap({ enabled, url: text, serviceName: text, healthPath: text, readyPath: text }),
      web: strictMap({ enabled, url: text, serviceName: text, appName: text }),
      database: strictMap({ enabled, host: text, port: count, name: text, user: text }),
      cache: strictMap({ enabled, host: text, port: count }),
      telemetry: strictMap({ otlpEndpoint: v.optional(text) }),
    }),
    endedBy: v.optional(v.picklist(['deadline', 'bail', 'interrupted'])),
    internalError: maybe('An error that came from no check'),
    nothingExamined: v.optional(
      described(
        strictMap({ code: v.picklist(['all-skipped', 'empty-shard']), message: text }),
        'No check came to a verdict: all were skipped (exit code 2), or the shard is empty',
      ),
    ),
    summary: strictMap({
      pass: count,
      fail: count,
      skip: count,
      error: count,
      blocked: count,
      total: count,
      flaky: count,
    }),
    ok: v.boolean(),
    exitCode: count,
    checks: described(v.array(check), 'In the order of the plan'),
  }),
  v.description('The result of `meatymusic verify`'),
);

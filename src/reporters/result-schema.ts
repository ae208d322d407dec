import { z } from 'zod';
import type { Json } from '../check/json.ts';
import { resultSchemaVersion } from '../check/result.ts';

/** The shape of the result document, published as `meatymusic/schema/result.schema.json`. The type is `RunResult`. */
const jsonValue: z.ZodType<Json> = z.json();
const status = z.enum(['pass', 'fail', 'skip', 'error', 'blocked']);
const text = z.string();
const ms = z.number().nonnegative();

const span = z.object({
  traceId: text,
  spanId: text,
  parentSpanId: text.optional(),
  name: text,
  kind: z.enum(['internal', 'server', 'client', 'producer', 'consumer']),
  service: text,
  startMs: z.number(),
  durationMs: z.number(),
  status: z.enum(['unset', 'ok', 'error']),
  attributes: z.record(text, jsonValue),
});

const exchange = z.object({
  request: z.object({ method: text, url: text, headers: z.record(text, text) }),
  response: z
    .object({
      status: z.int(),
      headers: z.record(text, text),
      rawHeaders: z.array(z.tuple([text, text])),
      body: text.describe('An excerpt'),
      bodyBytes: z.int(),
      address: text.describe('The address that was dialled'),
      durationMs: ms,
    })
    .optional(),
  error: z.object({ code: text, message: text }).optional(),
});

const evidence = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('fact'), label: text, value: text }),
  z.object({ kind: z.literal('http'), label: text, exchange }),
  z.object({
    kind: z.literal('query'),
    label: text,
    statement: text,
    rows: z.array(jsonValue),
    rowCount: z.int(),
  }),
  z.object({
    kind: z.literal('lines'),
    label: text,
    source: text,
    lines: z.array(z.object({ number: z.int(), text })),
    total: z.int(),
  }),
  z.object({
    kind: z.literal('spans'),
    label: text,
    spans: z.array(span),
    expectedRootSpanId: text.optional(),
  }),
  z.object({ kind: z.literal('file'), label: text, path: text, mediaType: text }),
]);

const attempt = z.object({
  number: z.int().min(1),
  startMs: ms,
  durationMs: ms,
  status: status.exclude(['blocked']),
  code: text.optional(),
  actual: text.optional(),
});

const check = z.object({
  id: text,
  area: text,
  title: text,
  failureTitle: text,
  level: z.enum(['required', 'advisory']),
  tags: z.array(text),
  effects: z.enum(['none', 'rolled-back', 'temporary', 'disruptive']),
  source: text.describe('The file or package that the check came from'),
  status,
  summary: text.optional().describe('pass: what was found'),
  examined: z
    .array(z.object({ count: z.number(), what: text }))
    .optional()
    .describe('pass: how much it rests on'),
  code: text.optional().describe('fail, error: a stable code'),
  expected: text.optional(),
  actual: text.optional(),
  hint: text.optional().describe('fail: what to do next'),
  reason: text.optional().describe('skip: why it cannot be judged'),
  enable: text.optional().describe('skip: what would make it possible'),
  blockedBy: z.array(text).optional().describe('blocked: the root causes'),
  evidence: z.array(evidence),
  attempts: z.array(attempt),
  flaky: z.boolean().optional().describe('Passed, but not at the first attempt'),
  startMs: ms.describe('From the start of the run'),
  durationMs: ms,
});

const service = { enabled: z.boolean() };

export const resultSchema = z
  .object({
    schemaVersion: z.literal(resultSchemaVersion),
    tool: z.object({ name: z.literal('meatymusic'), version: text }),
    startedAt: z.iso.datetime(),
    durationMs: ms,
    traceId: text.optional().describe("The trace of the run itself, where the tool's own tracing is on"),
    stack: z.object({
      runtime: z.enum(['compose', 'embedded', 'external']),
      api: z.object({ ...service, url: text, serviceName: text, healthPath: text, readyPath: text }),
      web: z.object({ ...service, url: text, serviceName: text, appName: text }),
      database: z.object({ ...service, host: text, port: z.int(), name: text, user: text }),
      cache: z.object({ ...service, host: text, port: z.int() }),
      telemetry: z.object({ otlpEndpoint: text.optional() }),
    }),
    endedBy: z.enum(['deadline', 'bail', 'interrupted']).optional(),
    internalError: text.optional().describe('An error that came from no check'),
    summary: z.object({
      pass: z.int(),
      fail: z.int(),
      skip: z.int(),
      error: z.int(),
      blocked: z.int(),
      total: z.int(),
      flaky: z.int(),
    }),
    ok: z.boolean(),
    exitCode: z.int(),
    checks: z.array(check).describe('In the order of the plan'),
  })
  .describe('The result of `meatymusic verify`');

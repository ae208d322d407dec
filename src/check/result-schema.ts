import { described, integer, mapOf, number, strictMap, v } from '../base/schema.ts';
import { effectsLevels } from './effects.ts';
import { evidenceSchema } from './evidence-schema.ts';
import { resultSchemaVersion } from './result-version.ts';
import { buildSchema, mergedSchema, shardSchema } from './run-schema.ts';
import type { ServiceInfos } from './stack.ts';

/** The one source of the result document: `RunResult` is derived from it, and with the services of the stack it is published as `meatymusic/schema/result.schema.json`. */
const text = v.string();
const about = (description: string) => described(text, description);
const maybe = (description: string) => v.optional(about(description));
const texts = v.array(text);
const count = integer();
const ms = number(0);

/** Statuses of an attempt. A check can also be `blocked`. */
const attemptStatuses = ['pass', 'fail', 'skip', 'error'] as const;

/** One attempt; all are kept, and the last one is the verdict of the check. */
export const attemptSchema = strictMap({
  number: integer(1),
  startMs: described(ms, 'Milliseconds from the start of the run'),
  durationMs: ms,
  status: v.picklist(attemptStatuses),
  code: v.optional(text),
  actual: v.optional(text),
});

/** Who accepts a failure for how long, and why. */
export const waiverSchema = strictMap({
  reason: text,
  owner: text,
  until: about('Last moment: a date, which is included, or a date and time; UTC'),
});

const examined = v.array(strictMap({ count: number(), what: text }));

export const checkResultSchema = strictMap({
  id: text,
  area: text,
  title: text,
  failureTitle: text,
  level: v.picklist(['required', 'advisory']),
  tags: texts,
  effects: v.picklist(effectsLevels),
  source: about('The file or package that the check came from'),
  status: v.picklist([...attemptStatuses, 'blocked', 'waived']),
  summary: maybe('pass: what was found'),
  examined: v.optional(described(examined, 'pass: how much it rests on')),
  code: maybe(
    "fail: a code of the check, or the engine's timeout, examined-nothing, not-running, port-not-published, no-address; error: threw, threw-after-return, stalled, bad-verdict, undeclared-effect",
  ),
  expected: v.optional(text),
  actual: v.optional(text),
  hint: maybe('fail: what to do next'),
  reason: maybe('skip: why it cannot be judged'),
  enable: maybe('skip: what would make it possible'),
  blockedBy: v.optional(described(texts, 'blocked: the root causes')),
  waiver: v.optional(
    described(waiverSchema, 'waived: the waiver of the failure, or of the failure that blocked the check'),
  ),
  known: v.optional(
    described(
      strictMap({ in: about('File of that result'), startedAt: text }),
      'waived: the same failure is in the result that the run is compared with (--against)',
    ),
  ),
  endedWaiver: v.optional(described(waiverSchema, 'fail: the waiver that has ended')),
  evidence: v.array(evidenceSchema),
  attempts: v.array(attemptSchema),
  flaky: v.optional(described(v.boolean(), 'Passed, but not at the first attempt')),
  startMs: described(ms, 'From the start of the run'),
  durationMs: ms,
});

export const excludedSchema = strictMap({
  id: text,
  reason: about('contract, verify.skip or --skip'),
});

export const nothingExaminedSchema = described(
  strictMap({ code: v.picklist(['all-skipped', 'all-waived', 'empty-shard']), message: text }),
  'No check passed or failed: all were skipped or waived (exit code 2), or the shard is empty',
);

export const unusedWaiverSchema = strictMap({
  check: about('ID, area or glob of the waiver'),
  service: v.optional(text),
  code: v.optional(text),
  ...waiverSchema.entries,
  where: about('File and line of the waiver'),
  why: about('Why it applied to no failure: no such check, the check passes, another code'),
});

/** Returns the schema of the result document of a stack with these services. */
export const resultSchemaOf = (services: v.GenericSchema<ServiceInfos>) =>
  v.pipe(
    strictMap({
      schemaVersion: v.literal(resultSchemaVersion),
      tool: strictMap({ name: v.literal('meatymusic'), version: text }),
      startedAt: v.pipe(text, v.isoTimestamp(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)),
      durationMs: ms,
      environment: maybe('The environment of the configuration: --env'),
      build: v.optional(buildSchema),
      shard: v.optional(shardSchema),
      merged: v.optional(mergedSchema),
      traceId: maybe("The trace of the run itself, where the tool's own tracing is on"),
      stack: strictMap({
        runtime: about('compose, embedded, external, or the name of a runner of a plugin'),
        services: described(services, 'By name'),
        telemetry: strictMap({ otlpEndpoint: v.optional(text) }),
        project: maybe('Name of the project; absent on the reference stack'),
        isReference: v.optional(
          described(v.boolean(), 'Whether the services are those of the reference stack; absent: no'),
        ),
        absent: v.optional(
          described(
            mapOf(
              strictMap({
                code: v.picklist([
                  'not-running',
                  'port-not-published',
                  'switched-off',
                  'no-address',
                  'not-named',
                ]),
                reason: text,
                hint: text,
              }),
            ),
            'Services without an address, by name, with the reason; their `url` or `host` is a placeholder',
          ),
        ),
      }),
      endedBy: v.optional(v.picklist(['deadline', 'bail', 'interrupted'])),
      internalError: maybe('An error that came from no check'),
      nothingExamined: v.optional(nothingExaminedSchema),
      summary: strictMap({
        pass: count,
        fail: count,
        skip: count,
        error: count,
        blocked: count,
        waived: described(count, 'Failures, and what they blocked, that a waiver or --against accepts'),
        known: described(count, 'How many of the waived are accepted by --against'),
        total: count,
        flaky: count,
        excluded: described(
          count,
          'How many checks did not run because something leaves them out; not in total',
        ),
        advisory: described(count, 'How many of the failed checks are advisory: they do not fail the run'),
      }),
      ok: v.boolean(),
      exitCode: count,
      checks: described(v.array(checkResultSchema), 'In the order of the plan'),
      unusedWaivers: v.optional(
        described(v.array(unusedWaiverSchema), 'Waivers that no failure of this run needed'),
      ),
      excluded: v.optional(
        described(
          v.array(excludedSchema),
          'Selected checks that did not run: their area is not part of the contract, or verify.skip or --skip leaves them out',
        ),
      ),
    }),
    v.description('The result of `meatymusic verify`'),
  );

import { described, integer, mapOf, number, strictMap, v } from '../base/schema.ts';
import { effectsLevels } from './effects.ts';
import { evidenceSchema } from './evidence-schema.ts';
import { resultSchemaVersion } from './result-version.ts';
import { buildSchema, mergedSchema, shardSchema } from './run-schema.ts';
import type { ServiceInfos } from './stack.ts';
import { unusedWaiverSchema, waiverSchema } from './waiver-schema.ts';

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
  number: described(integer(1), 'Counted from 1'),
  startMs: described(ms, 'Milliseconds from the start of the run'),
  durationMs: described(ms, 'Duration of the attempt in milliseconds'),
  status: described(v.picklist(attemptStatuses), 'Verdict of the attempt'),
  code: maybe('fail, error: the code'),
  actual: maybe('fail, error: what was found'),
});

/** Who accepts a failure for how long, and why. */
const examined = v.array(
  strictMap({ count: described(number(), 'How many'), what: about('Of what, in the plural') }),
);

export const checkResultSchema = strictMap({
  id: about(
    '`<area>/<name>`, with `@<service>` where the check judges another service than the one of the contract',
  ),
  area: about('First part of the ID'),
  title: about('The claim of the check'),
  failureTitle: about('Headline of the failure'),
  level: described(v.picklist(['required', 'advisory']), 'advisory: a failure does not fail the run'),
  tags: described(texts, 'Tags of the check'),
  effects: described(v.picklist(effectsLevels), 'Strongest effect on the stack that the check may have'),
  source: about('The file or package that the check came from'),
  status: described(
    v.picklist([...attemptStatuses, 'blocked', 'waived']),
    'Verdict of the check; `error`, `blocked` and `waived` come from the engine',
  ),
  summary: maybe('pass: what was found'),
  examined: v.optional(described(examined, 'pass: what was examined')),
  code: maybe(
    "fail: a code of the check, or the engine's timeout, examined-nothing, flaky, not-running, port-not-published, no-address; error: threw, threw-after-return, stalled, bad-verdict, undeclared-effect",
  ),
  expected: maybe('fail: what the check expects'),
  actual: maybe('fail, error: what it found'),
  hint: maybe('fail: what to do next'),
  page: maybe('fail, error, waived: page of a built-in check, below node_modules'),
  reason: maybe('skip: why it cannot be judged'),
  enable: maybe('skip: what would make it possible'),
  blockedBy: v.optional(described(texts, 'blocked: the root causes')),
  waiver: v.optional(
    described(waiverSchema, 'waived: the waiver of the failure, or of the failure that blocked the check'),
  ),
  known: v.optional(
    described(
      strictMap({ in: about('File of that result'), startedAt: about('Start of that run') }),
      'waived: the same failure is in the result that the run is compared with (--against)',
    ),
  ),
  endedWaiver: v.optional(described(waiverSchema, 'fail: the waiver that has ended')),
  evidence: described(v.array(evidenceSchema), 'What the verdict is based on'),
  attempts: described(v.array(attemptSchema), 'All attempts; the last one is the verdict'),
  flaky: v.optional(described(v.boolean(), 'Passed, but not at the first attempt')),
  startMs: described(ms, 'Milliseconds from the start of the run'),
  durationMs: described(ms, 'Duration of all attempts in milliseconds'),
});

export const excludedSchema = strictMap({
  id: about('ID of the check'),
  reason: about('contract, verify.skip or --skip'),
});

export const nothingExaminedSchema = described(
  strictMap({
    code: described(v.picklist(['all-skipped', 'all-waived', 'empty-shard']), 'Reason, for scripts'),
    message: about('Reason, as a sentence'),
  }),
  'No check passed or failed: all were skipped or waived (exit code 2), or the shard is empty',
);

/** Returns the schema of the result document of a stack with these services. */
export const resultSchemaOf = (services: v.GenericSchema<ServiceInfos>) =>
  v.pipe(
    strictMap({
      schemaVersion: described(
        v.literal(resultSchemaVersion),
        'Version of this document; it changes when a property is removed or changes its meaning',
      ),
      tool: described(
        strictMap({
          name: described(v.literal('meatymusic'), 'Name of the tool'),
          version: about('Version of the tool'),
        }),
        'The tool that made the document',
      ),
      startedAt: described(
        v.pipe(text, v.isoTimestamp(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)),
        'Start of the run, in UTC',
      ),
      durationMs: described(ms, 'Duration of the whole run in milliseconds'),
      environment: maybe('The environment of the configuration: --env'),
      build: v.optional(described(buildSchema, 'The commit and the CI job of the run; absent: unknown')),
      shard: v.optional(described(shardSchema, 'The part of the checks that ran: --shard; absent: all')),
      merged: v.optional(described(mergedSchema, 'How the shards of a run were merged; absent: not merged')),
      traceId: maybe("The trace of the run itself, where the tool's own tracing is on"),
      stack: described(
        strictMap({
          runtime: about('compose, embedded, external, or the name of a runner of a plugin'),
          services: described(services, 'By name'),
          telemetry: described(
            strictMap({ otlpEndpoint: maybe('Address to which the services send their spans') }),
            'Where telemetry is sent',
          ),
          project: maybe('Name of the project; absent on the reference stack'),
          isReference: v.optional(
            described(v.boolean(), 'Whether the services are those of the reference stack; absent: no'),
          ),
          absent: v.optional(
            described(
              mapOf(
                strictMap({
                  code: described(
                    v.picklist([
                      'not-running',
                      'port-not-published',
                      'switched-off',
                      'no-address',
                      'not-named',
                    ]),
                    'Reason, for scripts',
                  ),
                  reason: about('Reason, as a sentence'),
                  hint: about('What to do next'),
                }),
              ),
              'Services without an address, by name, with the reason; their `url` or `host` is a placeholder',
            ),
          ),
        }),
        'The stack that was verified',
      ),
      endedBy: v.optional(
        described(
          v.picklist(['deadline', 'bail', 'interrupted']),
          'Why the run ended early; absent: it did not',
        ),
      ),
      internalError: maybe('An error that no check caused'),
      nothingExamined: v.optional(nothingExaminedSchema),
      summary: described(
        strictMap({
          pass: described(count, 'How many checks passed'),
          fail: described(count, 'How many failed, advisory ones included'),
          skip: described(count, 'How many could not be judged'),
          error: described(count, 'How many broke: a defect of the check'),
          blocked: described(count, 'How many had no verdict because another check failed'),
          waived: described(count, 'Failures, and what they blocked, that a waiver or --against accepts'),
          known: described(count, 'How many of the waived are accepted by --against'),
          total: described(count, 'How many checks were selected'),
          flaky: described(count, 'How many passed, but not at the first attempt'),
          excluded: described(count, 'How many checks were excluded and did not run; not included in total'),
          advisory: described(count, 'How many of the failed checks are advisory and do not fail the run'),
        }),
        'Counts of the checks by status',
      ),
      ok: described(
        v.boolean(),
        'True if all required checks passed or are waived, and something was examined',
      ),
      exitCode: described(count, 'Exit code of `verify`'),
      checks: described(v.array(checkResultSchema), 'In the order of the plan'),
      unusedWaivers: v.optional(
        described(v.array(unusedWaiverSchema), 'Waivers that no failure of this run needed'),
      ),
      excluded: v.optional(
        described(
          v.array(excludedSchema),
          'Selected checks that did not run, because their area is not part of the contract, or because of verify.skip or --skip',
        ),
      ),
    }),
    v.description('The result of `meatymusic verify`'),
  );

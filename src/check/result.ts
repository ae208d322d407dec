import type { v } from '../base/schema.ts';
import type {
  attemptSchema,
  checkResultSchema,
  excludedSchema,
  nothingExaminedSchema,
  resultSchemaOf,
} from './result-schema.ts';
import type { buildSchema, mergedSchema, shardSchema } from './run-schema.ts';
import type { unneededWaiverSchema, unusedWaiverSchema, waiverSchema } from './waiver-schema.ts';

/**
 * One attempt at a check. Times are milliseconds from the start of the run.
 *
 * @interface
 */
export type Attempt = v.InferOutput<typeof attemptSchema>;

/**
 * The verdict of one check with everything that it rests on. docs/result.md describes its properties.
 *
 * @interface
 */
export type CheckResult = v.InferOutput<typeof checkResultSchema>;

/** `pass`, `fail` and `skip` come from the check; `error` (the check broke) and `blocked` (a check in `after` did not pass) and `waived` (a failure that is accepted) from the engine. */
export type Status = CheckResult['status'];

/**
 * The result document, the source of every report. It is redacted before it is made. docs/result.md describes its properties.
 *
 * @interface
 */
export type RunResult = v.InferOutput<ReturnType<typeof resultSchemaOf>>;

/** A check that was selected and did not run because something leaves it out. */
export type ExcludedCheck = v.InferOutput<typeof excludedSchema>;

/** The reason why a run judged nothing. */
export type NothingExamined = v.InferOutput<typeof nothingExaminedSchema>;

/** The commit and the CI job of a run. */
export type Build = v.InferOutput<typeof buildSchema>;

/** The part of the checks that a run took. */
export type Shard = v.InferOutput<typeof shardSchema>;

/** How a result was merged from those of shards. */
export type Merged = v.InferOutput<typeof mergedSchema>;

/** Description of a run in its result, beside the verdicts. */
export type RunLabels = Pick<RunResult, 'environment' | 'build' | 'shard' | 'merged'>;

/** Who accepts a failure, why, and until when. */
export type Waiver = v.InferOutput<typeof waiverSchema>;

/** A waiver that no failure of the run needed. */
export type UnusedWaiver = v.InferOutput<typeof unusedWaiverSchema>;

/** A waiver that no failure of a shard needed. */
export type UnneededWaiver = v.InferOutput<typeof unneededWaiverSchema>;

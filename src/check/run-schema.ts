import { described, integer, number, strictMap, v } from '../base/schema.ts';
import { unneededWaiverSchema } from './waiver-schema.ts';

const text = v.string();
const maybe = (description: string) => v.optional(described(text, description));

/** The commit and the CI job of a run, as far as they are known. */
export const buildSchema = strictMap({
  commit: maybe('Hexadecimal digits of the commit, from the variables of the CI system or from git'),
  branch: maybe('Branch or tag'),
  ci: maybe('Name of the CI system: github, gitlab, buildkite, …'),
  url: maybe('Page of the CI job or pipeline: http or https'),
});

/** The part of the checks that a run took: `--shard`. */
export const shardSchema = strictMap({
  index: described(integer(1), 'Counted from 1'),
  count: described(integer(1), 'Number of shards'),
  checks: described(v.array(text), 'IDs of the checks that are divided among all shards'),
  waivers: v.optional(
    described(v.array(unneededWaiverSchema), 'Waivers that no failure of this shard needed; another may'),
  ),
});

/** How a result was merged from those of shards: `meatymusic report`. */
export const mergedSchema = strictMap({
  shards: described(
    v.array(
      strictMap({
        index: described(integer(1), 'Counted from 1'),
        file: described(text, 'The file that it was read from'),
        startedAt: described(text, 'Start of its run, in UTC'),
        durationMs: described(number(0), 'Duration of its run in milliseconds'),
        exitCode: described(integer(), 'Exit code of its run'),
      }),
    ),
    'The shards that were merged, by index',
  ),
  missing: described(
    v.array(text),
    'What is missing for a verdict on the whole: a shard without a result, a check that no shard ran; if not empty, ok is false',
  ),
  differing: described(
    v.array(text),
    'Checks with different verdicts in several shards; the worst one counts',
  ),
});

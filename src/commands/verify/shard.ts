import { InvalidArgumentError } from 'commander';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';

/** The `index`th of `count` parts, from 1 on. */
export interface ShardOfCall {
  index: number;
  count: number;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Variables with which a system numbers its parallel jobs. */
interface Numbering {
  index: string;
  total: string;
  /** The number of the first job. */
  from: 0 | 1;
  /** A variable that it alone sets, where another system uses the same names. */
  mark?: string;
}

/** The total number of jobs, where the system numbers them and does not count them. */
const totalName = 'MEATYMUSIC_SHARD_TOTAL';

/** The first one whose index is set; those that a user sets come first. */
const numberings: readonly Numbering[] = [
  { index: 'MEATYMUSIC_SHARD_INDEX', total: totalName, from: 0 },
  { index: 'JOB_COMPLETION_INDEX', total: totalName, from: 0 },
  { index: 'CI_NODE_INDEX', total: 'CI_NODE_TOTAL', from: 0, mark: 'HEROKU_TEST_RUN_ID' },
  { index: 'CI_NODE_INDEX', total: 'CI_NODE_TOTAL', from: 1 },
  { index: 'CIRCLE_NODE_INDEX', total: 'CIRCLE_NODE_TOTAL', from: 0 },
  { index: 'BUILDKITE_PARALLEL_JOB', total: 'BUILDKITE_PARALLEL_JOB_COUNT', from: 0 },
  { index: 'BITBUCKET_PARALLEL_STEP', total: 'BITBUCKET_PARALLEL_STEP_COUNT', from: 0 },
  { index: 'SEMAPHORE_JOB_INDEX', total: 'SEMAPHORE_JOB_COUNT', from: 1 },
  { index: 'SYSTEM_JOBPOSITIONINPHASE', total: 'SYSTEM_TOTALJOBSINPHASE', from: 1 },
];

/** Parses `--shard`. Throws `InvalidArgumentError` of commander. */
export function parseShard(text: string): ShardOfCall | 'auto' {
  if (text === 'auto') return 'auto';
  const [index = 0, count = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).slice(1).map(Number);
  if (index < 1 || index > count) throw new InvalidArgumentError('Write 1/3, 2/3 or 3/3, or auto.');
  return { index, count };
}

/**
 * Returns the shard of the CI job that the call runs in, from the variables of the CI system. Throws a `Fault` (2) where
 * they do not say it: a job that guessed its part could leave checks out.
 */
export function shardOfJob(env: Env): ShardOfCall {
  const found = numberings.find(({ index, mark }) => env[index] && (!mark || env[mark]));
  if (!found) return withoutIndex(env);
  const { index, total, from } = found;
  const count = numberIn(env, total);
  if (count === undefined) {
    const hint = `set ${total} to the number of jobs${index === 'JOB_COMPLETION_INDEX' ? ', `completions` of the Job' : ''}`;
    throw noShard(env[total] ? `${total} is no number` : `${index} is set and ${total} is not`, hint);
  }
  const number = numberIn(env, index);
  if (number === undefined || number < from || number >= from + count) {
    throw noShard(
      `${index} is not one of ${from} to ${count - 1 + from}, with ${total} ${count}`,
      `${index} counts from ${from}; or write --shard <i/n>`,
    );
  }
  return { index: number - from + 1, count };
}

/** A job that is not parallel is the only shard: GitLab then sets the total alone. */
function withoutIndex(env: Env): ShardOfCall {
  const total = numberings.map(({ total }) => total).find((name) => env[name]);
  if (total && numberIn(env, total) === 1) return { index: 1, count: 1 };
  const hint = env.GITHUB_ACTIONS
    ? `env: { MEATYMUSIC_SHARD_INDEX: '\${{ strategy.job-index }}', ${totalName}: '\${{ strategy.job-total }}' }`
    : `set MEATYMUSIC_SHARD_INDEX (from 0 on) and ${totalName}, or write --shard <i/n>`;
  throw noShard(total ? `${total} is set, and no index of the job` : 'no variable numbers this job', hint);
}

function numberIn(env: Env, name: string): number | undefined {
  return /^\d{1,6}$/.test(env[name] ?? '') ? Number(env[name]) : undefined;
}

function noShard(message: string, hint: string): Fault {
  return new Fault({ code: 'no-shard', message: `--shard auto: ${message}`, hint, exitCode: ExitCode.usage });
}

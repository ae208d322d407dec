import { expect, it } from 'vitest';
import { parseShard, shardOfJob } from './shard.ts';

it.each([
  [
    'GitLab, from 1 on',
    { GITLAB_CI: 'true', CI_NODE_INDEX: '1', CI_NODE_TOTAL: '3' },
    { index: 1, count: 3 },
  ],
  [
    'GitLab, the last job',
    { GITLAB_CI: 'true', CI_NODE_INDEX: '3', CI_NODE_TOTAL: '3' },
    { index: 3, count: 3 },
  ],
  ['GitLab, a job that is not parallel', { GITLAB_CI: 'true', CI_NODE_TOTAL: '1' }, { index: 1, count: 1 }],
  [
    'Heroku CI, from 0 on',
    { HEROKU_TEST_RUN_ID: 'x', CI_NODE_INDEX: '0', CI_NODE_TOTAL: '2' },
    { index: 1, count: 2 },
  ],
  [
    'an Indexed Job of Kubernetes',
    { JOB_COMPLETION_INDEX: '2', MEATYMUSIC_SHARD_TOTAL: '3' },
    { index: 3, count: 3 },
  ],
  [
    'a matrix of GitHub',
    { GITHUB_ACTIONS: 'true', MEATYMUSIC_SHARD_INDEX: '0', MEATYMUSIC_SHARD_TOTAL: '4' },
    { index: 1, count: 4 },
  ],
  ['CircleCI', { CIRCLE_NODE_INDEX: '1', CIRCLE_NODE_TOTAL: '2' }, { index: 2, count: 2 }],
  ['Buildkite', { BUILDKITE_PARALLEL_JOB: '0', BUILDKITE_PARALLEL_JOB_COUNT: '2' }, { index: 1, count: 2 }],
  ['Bitbucket', { BITBUCKET_PARALLEL_STEP: '0', BITBUCKET_PARALLEL_STEP_COUNT: '2' }, { index: 1, count: 2 }],
  ['Semaphore', { SEMAPHORE_JOB_INDEX: '1', SEMAPHORE_JOB_COUNT: '2' }, { index: 1, count: 2 }],
  [
    'Azure Pipelines',
    { SYSTEM_JOBPOSITIONINPHASE: '1', SYSTEM_TOTALJOBSINPHASE: '1' },
    { index: 1, count: 1 },
  ],
  [
    'a user who numbers the jobs of GitLab',
    { MEATYMUSIC_SHARD_INDEX: '4', MEATYMUSIC_SHARD_TOTAL: '5', CI_NODE_INDEX: '1', CI_NODE_TOTAL: '2' },
    { index: 5, count: 5 },
  ],
])('takes the shard of %s', (_, env, shard) => {
  expect(shardOfJob(env)).toEqual(shard);
});

it.each([
  [{}, 'no variable numbers this job'],
  [{ GITHUB_ACTIONS: 'true' }, 'no variable numbers this job'],
  [{ JOB_COMPLETION_INDEX: '0' }, 'JOB_COMPLETION_INDEX is set and MEATYMUSIC_SHARD_TOTAL is not'],
  [{ CI_NODE_INDEX: '0', CI_NODE_TOTAL: '3' }, 'CI_NODE_INDEX is not one of 1 to 3'],
  [{ CI_NODE_INDEX: '4', CI_NODE_TOTAL: '3' }, 'CI_NODE_INDEX is not one of 1 to 3'],
  [{ JOB_COMPLETION_INDEX: '3', MEATYMUSIC_SHARD_TOTAL: '3' }, 'JOB_COMPLETION_INDEX is not one of 0 to 2'],
  [{ JOB_COMPLETION_INDEX: 'x', MEATYMUSIC_SHARD_TOTAL: '3' }, 'JOB_COMPLETION_INDEX is not one of 0 to 2'],
  [{ JOB_COMPLETION_INDEX: '0', MEATYMUSIC_SHARD_TOTAL: '-1' }, 'MEATYMUSIC_SHARD_TOTAL is no number'],
  [{ CI_NODE_TOTAL: '3' }, 'CI_NODE_TOTAL is set, and no index of the job'],
])('refuses %j: it guesses no shard', (env, message) => {
  expect(() => shardOfJob(env)).toThrow(message);
});

it('names the expressions of GitHub, which sets no variables', () => {
  expect(() => shardOfJob({ GITHUB_ACTIONS: 'true' })).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('${{ strategy.job-index }}'), exitCode: 2 }),
  );
});

it.each(['0/3', '4/3', '1', '1/0', 'x/y', '1/9999999'])('refuses --shard %s', (text) => {
  expect(() => parseShard(text)).toThrow('Write 1/3');
});

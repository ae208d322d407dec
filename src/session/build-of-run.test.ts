import { expect, it } from 'vitest';
import { buildOfRun } from './build-of-run.ts';

const commit = '0af7651916cd43dd8448eb211c80319c0af76519';

it.each([
  [
    'GitHub Actions',
    {
      GITHUB_ACTIONS: 'true',
      GITHUB_SHA: commit,
      GITHUB_HEAD_REF: '',
      GITHUB_REF_NAME: 'main',
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_REPOSITORY: 'shop/api',
      GITHUB_RUN_ID: '12',
    },
    { ci: 'github', commit, branch: 'main', url: 'https://github.example/shop/api/actions/runs/12' },
  ],
  [
    'GitLab',
    {
      GITLAB_CI: 'true',
      CI_COMMIT_SHA: commit,
      CI_COMMIT_REF_NAME: 'feature/a',
      CI_JOB_URL: 'https://gitlab.example/shop/api/-/jobs/3',
    },
    { ci: 'gitlab', commit, branch: 'feature/a', url: 'https://gitlab.example/shop/api/-/jobs/3' },
  ],
  [
    'Azure Pipelines',
    {
      TF_BUILD: 'True',
      BUILD_SOURCEVERSION: commit.toUpperCase(),
      SYSTEM_COLLECTIONURI: 'https://dev.azure.example/shop/',
      SYSTEM_TEAMPROJECT: 'api',
      BUILD_BUILDID: '7',
    },
    { ci: 'azure', commit, url: 'https://dev.azure.example/shop/api/_build/results?buildId=7' },
  ],
  [
    'Buildkite, with the checkout of a branch head',
    { BUILDKITE: 'true', BUILDKITE_COMMIT: 'HEAD', BUILDKITE_BRANCH: 'main' },
    { ci: 'buildkite', branch: 'main' },
  ],
  [
    'Jenkins, with a password in the address',
    { JENKINS_URL: 'x', GIT_COMMIT: commit, BUILD_URL: 'https://me:hunter2-secret@ci.example/job/1/' },
    { ci: 'jenkins', commit, url: expect.not.stringContaining('hunter2') },
  ],
  [
    'a CI system, with an address that is no page',
    { CIRCLECI: '1', CIRCLE_BUILD_URL: 'javascript:alert(1)' },
    { ci: 'circleci' },
  ],
  ['nothing that is known', {}, undefined],
])('reads the job of %s', async (_, env, expected) => {
  expect(await buildOfRun(env, Promise.resolve(undefined))).toEqual(expected);
});

it('takes the commit of the folder where no variable has it', async () => {
  const revision = Promise.resolve({ commit, isClean: false });
  expect(await buildOfRun({}, revision)).toEqual({ commit });
  expect(await buildOfRun({ BUILDKITE: 'true', BUILDKITE_COMMIT: 'HEAD' }, revision)).toEqual({
    ci: 'buildkite',
    commit,
  });
});

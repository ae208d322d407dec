import { maskUrl } from '../base/secret-places.ts';
import type { Build } from '../check/result.ts';
import type { Revision } from './revision.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** How a CI system describes its job in variables of the environment. */
interface CiSystem {
  name: string;
  /** A variable that it alone sets. */
  mark: string;
  commit: string;
  /** The first one that is set. */
  branch: readonly string[];
  url(env: Env): string | undefined;
}

const urlIn =
  (...names: string[]) =>
  (env: Env) =>
    names.map((name) => env[name]).find(Boolean);

const systems: readonly CiSystem[] = [
  {
    name: 'github',
    mark: 'GITHUB_ACTIONS',
    commit: 'GITHUB_SHA',
    branch: ['GITHUB_HEAD_REF', 'GITHUB_REF_NAME'],
    url: ({ GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run }) =>
      server && repository && run && `${server}/${repository}/actions/runs/${run}`,
  },
  {
    name: 'gitlab',
    mark: 'GITLAB_CI',
    commit: 'CI_COMMIT_SHA',
    branch: ['CI_COMMIT_REF_NAME'],
    url: urlIn('CI_JOB_URL', 'CI_PIPELINE_URL'),
  },
  {
    name: 'buildkite',
    mark: 'BUILDKITE',
    commit: 'BUILDKITE_COMMIT',
    branch: ['BUILDKITE_BRANCH'],
    url: urlIn('BUILDKITE_BUILD_URL'),
  },
  {
    name: 'circleci',
    mark: 'CIRCLECI',
    commit: 'CIRCLE_SHA1',
    branch: ['CIRCLE_BRANCH', 'CIRCLE_TAG'],
    url: urlIn('CIRCLE_BUILD_URL'),
  },
  {
    name: 'azure',
    mark: 'TF_BUILD',
    commit: 'BUILD_SOURCEVERSION',
    branch: ['BUILD_SOURCEBRANCHNAME'],
    url: ({ SYSTEM_COLLECTIONURI: server, SYSTEM_TEAMPROJECT: project, BUILD_BUILDID: build }) =>
      server && project && build && `${server}${project}/_build/results?buildId=${build}`,
  },
  {
    name: 'semaphore',
    mark: 'SEMAPHORE',
    commit: 'SEMAPHORE_GIT_SHA',
    branch: ['SEMAPHORE_GIT_BRANCH'],
    url: ({ SEMAPHORE_ORGANIZATION_URL: server, SEMAPHORE_JOB_ID: job }) =>
      server && job && `${server}/jobs/${job}`,
  },
  {
    name: 'travis',
    mark: 'TRAVIS',
    commit: 'TRAVIS_COMMIT',
    branch: ['TRAVIS_BRANCH'],
    url: urlIn('TRAVIS_JOB_WEB_URL'),
  },
  {
    name: 'jenkins',
    mark: 'JENKINS_URL',
    commit: 'GIT_COMMIT',
    branch: ['BRANCH_NAME', 'GIT_BRANCH'],
    url: urlIn('BUILD_URL'),
  },
];

/**
 * Resolves to the commit and the CI job of a run: from the variables of the CI system, else the commit of the folder. Values that are no commit or no address of a page are left out; `undefined` where nothing is known.
 */
export async function buildOfRun(
  env: Env,
  revision: Promise<Revision | undefined>,
): Promise<Build | undefined> {
  const system = systems.find(({ mark }) => env[mark]);
  const build = system ? buildOf(system, env) : {};
  const commit = build.commit ?? (await revision)?.commit;
  const known = { ...build, ...(commit && { commit }) };
  return Object.keys(known).length > 0 ? known : undefined;
}

function buildOf({ name, commit, branch, url }: CiSystem, env: Env): Build {
  const id = commitIn(env[commit]);
  const ref = branch.map((each) => env[each]).find(Boolean);
  const page = pageIn(url(env));
  return { ci: name, ...(id && { commit: id }), ...(ref && { branch: ref }), ...(page && { url: page }) };
}

function commitIn(text = ''): string | undefined {
  return /^[0-9a-f]{7,64}$/i.exec(text.trim())?.[0].toLowerCase();
}

/** An address that a report may link to. */
function pageIn(text: string | undefined): string | undefined {
  if (!text || !URL.canParse(text)) return undefined;
  const { protocol, href } = new URL(text);
  return protocol === 'https:' || protocol === 'http:' ? maskUrl(href) : undefined;
}

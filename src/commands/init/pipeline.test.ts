import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv } from 'ajv';
import { rolldown } from 'rolldown';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../base/package-root.ts';
import { readYaml } from '../../base/yaml.ts';
import { pipelineOf } from './pipeline.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-pipeline-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text = '') => writeFileSync(path.join(folder, name), text);

describe('the next step after the pipeline is written', () => {
  it('is a commit, for GitHub', () => {
    expect(pipelineOf(folder)).toMatchObject({ next: 'commit .github/workflows/meatymusic.yml' });
  });

  it('is an include, for GitLab, which runs no other file by itself', () => {
    write('.gitlab-ci.yml');
    const { file, text, next } = pipelineOf(folder);
    expect(next).toContain(`include: { local: ${file} }`);
    expect(text).toContain(`include: { local: ${file} }`);
  });
});

/** GitHub's own parser. It imports JSON as only a bundler can. */
let github: typeof import('@actions/workflow-parser');
let bundled: string;
beforeAll(async () => {
  bundled = mkdtempSync(path.join(tmpdir(), 'meatymusic-parser-'));
  const file = path.join(bundled, 'parser.mjs');
  const bundle = await rolldown({ input: '@actions/workflow-parser', cwd: packageRoot, platform: 'node' });
  await bundle.write({ file });
  await bundle.close();
  github = await import(pathToFileURL(file).href);
});
afterAll(() => rmSync(bundled, { recursive: true, force: true }));

/** Resolves to the problems that GitHub's parser reports. */
async function problemsOnGitHub(content: string): Promise<string[]> {
  const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = github;
  const { context, value } = parseWorkflow({ name: 'meatymusic.yml', content }, new NoOperationTraceWriter());
  if (value) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

const schemaFile = new URL('fixtures/gitlab-ci.schema.json', import.meta.url);
const validate = new Ajv({ allErrors: true, strict: false, validateFormats: false }).compile(
  JSON.parse(readFileSync(schemaFile, 'utf8')),
);

/** Returns the problems of a pipeline by the schema that GitLab's editor uses. */
function problemsOnGitLab(pipeline: unknown): string[] {
  return validate(pipeline)
    ? []
    : (validate.errors ?? []).map((each) => `${each.instancePath} ${each.message}`);
}

interface Step {
  run?: string;
  uses?: string;
  if?: string;
  with?: Record<string, unknown>;
}
interface GitLabJob {
  script: string[];
  after_script: string[];
  artifacts: { when: string; paths: string[] };
}

const managers = [
  ['npm', [], 'npm ci', 'npx meatymusic'],
  ['pnpm', ['corepack enable'], 'pnpm install --frozen-lockfile', 'pnpm exec meatymusic'],
  ['yarn', ['corepack enable'], 'yarn install --immutable', 'yarn meatymusic'],
  ['bun', ['npm install --global bun'], 'bun install --frozen-lockfile', 'bunx meatymusic'],
] as const;

describe.each(managers)('the pipeline of a project with %s', (manager, setup, install, run) => {
  it('is one that GitHub accepts', async () => {
    const { text } = pipelineOf(folder, manager);
    expect(await problemsOnGitHub(text)).toEqual([]);
    const { value } = readYaml(text) as { value: { jobs: { verify: { steps: Step[] } } } };
    const { steps } = value.jobs.verify;
    expect(steps.flatMap((step) => step.run ?? []).slice(0, setup.length + 3)).toEqual([
      ...setup,
      install,
      `${run} doctor`,
      `${run} up --no-verify`,
    ]);
    for (const { uses } of steps) if (uses) expect(uses).toMatch(/^[\w/-]+@[0-9a-f]{40}$/);
    const upload = steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact'));
    expect(upload).toMatchObject({ if: 'always()', with: { 'include-hidden-files': true } });
    expect(steps.at(-1)).toEqual({ run: `${run} down`, if: 'always()' });
  });

  it('is one that GitLab accepts', () => {
    write('.gitlab-ci.yml');
    const { text } = pipelineOf(folder, manager);
    const { value } = readYaml(text) as { value: { meatymusic: GitLabJob } };
    expect(problemsOnGitLab(value)).toEqual([]);
    const { script, after_script, artifacts } = value.meatymusic;
    expect(script.slice(0, -1)).toEqual([...setup, install, `${run} doctor`, `${run} up --no-verify`]);
    expect(script.at(-1)).toMatch(new RegExp(`^${run} verify `));
    expect(after_script).toEqual([`${run} down`]);
    expect(artifacts).toMatchObject({ when: 'always', paths: expect.arrayContaining(['.meatymusic/logs/']) });
  });
});

it('has the option of classic Yarn for a lock file of classic Yarn', () => {
  write(
    'yarn.lock',
    '# THIS IS AN AUTOGENERATED FILE. DO NOT EDIT THIS FILE DIRECTLY.\n# yarn lockfile v1\n',
  );
  expect(pipelineOf(folder, 'yarn').text).toContain('- run: yarn install --frozen-lockfile\n');
});

it('would not be accepted with a mistake', async () => {
  const { text } = pipelineOf(folder);
  expect(await problemsOnGitHub(text.replace('runs-on', 'run-on'))).not.toEqual([]);
  expect(await problemsOnGitHub(text.replace('always()', 'allways()'))).not.toEqual([]);
  write('.gitlab-ci.yml');
  const gitLab = pipelineOf(folder).text.replace('after_script', 'afterscript');
  expect(problemsOnGitLab(readYaml(gitLab).value)).not.toEqual([]);
});

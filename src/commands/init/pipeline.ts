import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { PackageManager } from './detect/node.ts';

interface Commands {
  setup?: string;
  install: string;
  run: string;
}

/** The commands of a package manager in a pipeline. */
const managers: Readonly<Record<PackageManager, Commands>> = {
  npm: { install: 'npm ci', run: 'npx meatymusic' },
  pnpm: { install: 'pnpm install --frozen-lockfile', run: 'pnpm exec meatymusic', setup: 'corepack enable' },
  yarn: { install: 'yarn install --immutable', run: 'yarn meatymusic', setup: 'corepack enable' },
  bun: {
    install: 'bun install --frozen-lockfile',
    run: 'bunx meatymusic',
    setup: 'npm install --global bun',
  },
};

/** Actions by the commit of their release, as a tag can be moved. */
const actions = {
  checkout: 'actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2',
  setupNode: 'actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0',
  upload: 'actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2',
};

/** Returns the pipeline for the folder: GitLab's where it has a `.gitlab-ci.yml`, else GitHub's. */
export function pipelineOf(root: string, manager: PackageManager = 'npm'): Pipeline {
  const commands = commandsOf(root, manager);
  if (existsSync(path.join(root, '.gitlab-ci.yml'))) {
    const file = '.gitlab/meatymusic.yml';
    return { file, text: gitlab(commands), next: `add to .gitlab-ci.yml: include: { local: ${file} }` };
  }
  const file = '.github/workflows/meatymusic.yml';
  return { file, text: github(commands, defaultBranch(root)), next: `commit ${file}` };
}

interface Pipeline {
  file: string;
  text: string;
  /** What the user does so that it runs. */
  next: string;
}

/** Classic Yarn ignores the option with which its successor refuses a lock file that does not fit. */
function commandsOf(root: string, manager: PackageManager): Commands {
  const commands = managers[manager];
  const isClassicYarn = manager === 'yarn' && readIn(root, 'yarn.lock').includes('# yarn lockfile v1');
  return isClassicYarn ? { ...commands, install: 'yarn install --frozen-lockfile' } : commands;
}

function github({ install, run, setup }: Commands, branch: string): string {
  return `name: meatymusic
on:
  push:
    branches: [${branch}]
  pull_request:

permissions:
  contents: read

jobs:
  verify:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
      - uses: ${actions.checkout}
      - uses: ${actions.setupNode}
        with:
          node-version: 22
${setup ? `      - run: ${setup}\n` : ''}      - run: ${install}
      - run: ${run} doctor
      - name: Start the stack
        run: ${run} up --no-verify
      - name: Verify it
        run: >-
          ${run} verify --evidence meatymusic-evidence --reporter github
          --reporter junit=meatymusic-report.xml --reporter html=meatymusic-report.html
          --reporter markdown=meatymusic-summary.md
      - name: Show the summary
        if: always()
        run: cat meatymusic-summary.md >> "$GITHUB_STEP_SUMMARY" || true
      - uses: ${actions.upload}
        if: always()
        with:
          name: meatymusic
          # The logs are below a hidden folder.
          include-hidden-files: true
          path: |
            meatymusic-report.xml
            meatymusic-report.html
            meatymusic-evidence/
            .meatymusic/logs/
      - run: ${run} down
        if: always()
`;
}

function gitlab({ install, run, setup }: Commands): string {
  return `# In .gitlab-ci.yml: include: { local: .gitlab/meatymusic.yml }
meatymusic:
  image: node:22
  timeout: 15 minutes
  script:
${setup ? `    - ${setup}\n` : ''}    - ${install}
    - ${run} doctor
    - ${run} up --no-verify
    - >-
      ${run} verify --evidence meatymusic-evidence --reporter junit=meatymusic-report.xml
      --reporter html=meatymusic-report.html
  after_script:
    - ${run} down
  artifacts:
    when: always
    paths: [meatymusic-report.html, meatymusic-evidence/, .meatymusic/logs/]
    reports:
      junit: meatymusic-report.xml
`;
}

/** The branch that the remote calls its default, else the one that is checked out, else `main`. */
function defaultBranch(root: string): string {
  for (const [file, pattern] of [
    ['.git/refs/remotes/origin/HEAD', /refs\/remotes\/origin\/(\S+)/],
    ['.git/HEAD', /refs\/heads\/(\S+)/],
  ] as const) {
    const [, branch] = pattern.exec(readIn(root, file)) ?? [];
    if (branch && /^[\w./-]+$/.test(branch)) return branch;
  }
  return 'main';
}

/** Returns the text of a file, or '' if it cannot be read. */
function readIn(root: string, file: string): string {
  try {
    return readFileSync(path.join(root, file), 'utf8');
  } catch {
    return '';
  }
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedactor } from '../base/redact.ts';
import type { Project } from '../config/project.ts';
import { type ConfigInput, configOf } from '../config/schema.ts';
import { optInTag } from '../engine/select.ts';
import { makeCheck } from '../testing/make-check.ts';
import { findChangedChecks } from './changed-checks.ts';
import { readRevision } from './revision.ts';

let root: string;
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
const put = (name: string, text = 'x') => {
  mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  writeFileSync(path.join(root, name), text);
};
const commit = () => {
  git('add', '-A');
  git('commit', '-qm', 'x', '--allow-empty');
};
beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'changed-')));
  git('init', '-qb', 'main');
  put('checks/shop/orders.ts');
  commit();
});
afterEach(() => rmSync(root, { recursive: true }));

const started = (cwd: string) => ({ start: { command: 'node x', cwd } });
const everyFolder: ConfigInput = {
  checks: 'checks',
  services: { api: started('apps/api'), web: started('apps/web') },
};
const projectOf = (settings: ConfigInput = everyFolder): Project => ({
  config: configOf(settings),
  origins: new Map(),
  root,
  file: path.join(root, 'meatymusic.config.yaml'),
  env: {},
  redact: createRedactor(),
});
const checks = [
  { ...makeCheck({ id: 'shop/lines' }), source: 'own.yaml:3' },
  { ...makeCheck({ id: 'api/health', judges: 'api' }), uses: ['api'] as const },
  { ...makeCheck({ id: 'web/home', judges: 'web' }), uses: ['web'] as const },
  { ...makeCheck({ id: 'database/connects' }), uses: ['database'] as const },
  { ...makeCheck({ id: 'web/build', tags: [optInTag] }), uses: ['web'] as const },
];
const all = ['shop/orders', ...checks.map(({ id }) => id).filter((id) => id !== 'web/build')];
const allChecks = () => [
  { ...makeCheck({ id: 'shop/orders' }), source: path.join(root, 'checks/shop/orders.ts') },
  ...checks,
];
const changed = async (since = 'HEAD', settings?: ConfigInput) =>
  (await findChangedChecks(projectOf(settings), allChecks(), since)).ids;

describe('--changed', () => {
  it.each<[string, string[]]>([
    ['checks/shop/orders.ts', ['shop/orders']],
    ['checks/shop/helper.ts', ['shop/orders']],
    ['own.yaml', ['shop/lines']],
    ['apps/api/src/server.ts', ['api/health']],
    ['apps/web/page.tsx', ['web/home']],
    ['migrations/001.ts', ['database/connects']],
    ['meatymusic.config.yaml', all],
    ['.env', all],
    ['docker-compose.yml', all],
  ])('takes the checks that %s concerns', async (file, ids) => {
    put(file, 'changed');
    expect(await changed()).toEqual(ids);
  });

  it.each(['docs/guide.md', 'apps/api/README.md', 'tools/x.sh', 'meatymusic.waivers.yaml'])(
    'takes none for %s, and says so with 2',
    async (file) => {
      put(file);
      await expect(changed()).rejects.toMatchObject({
        exitCode: 2,
        code: 'nothing-selected',
        message: '1 file changed since HEAD, and no check is concerned',
      });
    },
  );

  it('takes all for a file of which the service is not known', async () => {
    put('lib/shared.ts');
    expect(await changed('HEAD', { services: { api: started('apps/api') } })).toEqual(all);
  });

  it('counts what is committed on this branch, and not what the other one has since', async () => {
    git('checkout', '-qb', 'topic');
    put('apps/api/src/server.ts');
    commit();
    git('checkout', '-q', 'main');
    put('apps/web/page.tsx');
    commit();
    git('checkout', '-q', 'topic');
    expect(await changed('main')).toEqual(['api/health']);
    await expect(changed()).rejects.toMatchObject({ exitCode: 2 });
  });

  it('counts a file that was moved or removed', async () => {
    put('apps/api/a.ts', 'some text');
    commit();
    git('mv', 'apps/api/a.ts', 'tools.ts');
    expect(await changed()).toEqual(['api/health']);
  });

  it.each(['nope', '--output=/tmp/x', ''])('refuses the commit %j', async (since) => {
    await expect(changed(since)).rejects.toMatchObject({ exitCode: 2, code: 'unknown-commit' });
  });

  it('refuses a folder outside of a repository', async () => {
    rmSync(path.join(root, '.git'), { recursive: true });
    await expect(changed()).rejects.toMatchObject({ exitCode: 78, code: 'no-repository' });
    expect(await readRevision(root)).toBeUndefined();
  });
});

describe('the revision of a run', () => {
  it('is clean where no file differs from the commit and none is new', async () => {
    const id = git('rev-parse', 'HEAD').trim();
    expect(await readRevision(root)).toEqual({ commit: id, isClean: true });
    put('new.txt');
    expect(await readRevision(root)).toEqual({ commit: id, isClean: false });
  });

  it('is unknown before the first commit', async () => {
    rmSync(path.join(root, '.git'), { recursive: true });
    git('init', '-q');
    expect(await readRevision(root)).toBeUndefined();
  });
});

import { chmodSync, chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../base/errors.ts';
import { searchUpwards } from './find.ts';
import { loadConfig } from './load.ts';

const notRoot = process.getuid?.() === 0 ? undefined : 'needs root, to give files away';
const stranger = 54_321;

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'find-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => path.join(folder, name);
const put = (name: string, text = '{ "runtime": "external" }') => {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
};
const load = (cwd: string, configFile?: string) =>
  loadConfig({ cwd: at(cwd), env: {}, ...(configFile ? { configFile: at(configFile) } : {}) });
const planted = 'meatymusic.config.ts';
const poison = 'throw new Error("it was executed");';

describe('the search for a configuration', () => {
  it('ends at the root of a repository, whose .git is a folder or, in a worktree, a file', async () => {
    put(planted, poison);
    put('clone/.git/HEAD');
    put('worktree/.git', 'gitdir: elsewhere');
    put('clone/a/b/keep');
    put('worktree/a/keep');
    for (const [cwd, root] of [
      ['clone/a/b', 'clone'],
      ['clone', 'clone'],
      ['worktree/a', 'worktree'],
    ] as const) {
      const loaded = await load(cwd);
      expect(loaded).toMatchObject({ root: at(root), search: { passedOver: [] } });
      expect(loaded.search?.end).toBe(`${at(root)} is the root of the repository`);
    }
  });

  it('takes what lies in the root of the repository', async () => {
    put('.git/HEAD');
    put('meatymusic.config.json');
    put('a/b/keep');
    expect(await load('a/b')).toMatchObject({ root: folder, config: { runtime: 'external' } });
  });

  it('ends at the home folder', () => {
    put(planted, poison);
    put('home/a/keep');
    expect(searchUpwards(at('home/a'), at('home'))).toMatchObject({
      files: [],
      end: `${at('home')} is the home folder`,
    });
    put('home/meatymusic.config.json');
    expect(searchUpwards(at('home/a'), at('home')).files).toEqual([at('home/meatymusic.config.json')]);
  });

  it.each([0o1777, 0o777, 0o1757])('ends before a folder of mode %o', async (mode) => {
    put(planted, poison);
    put('.env', 'MEATYMUSIC_API_URL=http://evil:1');
    put('package.json', '{}');
    put('mine/a/keep');
    chmodSync(folder, mode);
    const { root, config, search } = await load('mine/a');
    expect(root).toBe(at('mine/a'));
    expect(config.services.api.url).toBe('http://localhost:8000');
    expect(search).toEqual({ end: `${folder} can be written by other users`, passedOver: [at(planted)] });
  });

  it('takes a file that is named, wherever it lies', async () => {
    put('shared/meatymusic.config.json');
    put('shared/mine/keep');
    chmodSync(at('shared'), 0o1777);
    const { config } = await load('shared/mine', 'shared/meatymusic.config.json');
    expect(config.runtime).toBe('external');
  });

  it('takes its own file in a shared folder that it was started in', async () => {
    put('shared/meatymusic.config.json');
    chmodSync(at('shared'), 0o1777);
    expect((await load('shared')).config.runtime).toBe('external');
  });
});

describe.skipIf(notRoot)(
  `folders and files of another user${notRoot ? ` (skipped: ${notRoot})` : ''}`,
  () => {
    const give = (...names: string[]) => {
      for (const name of names) chownSync(at(name), stranger, stranger);
    };

    it('ends before a folder of another user', async () => {
      put('theirs/meatymusic.config.ts', poison);
      put('theirs/mine/a/keep');
      give('theirs');
      expect((await load('theirs/mine/a')).search).toEqual({
        end: `${at('theirs')} belongs to user ${stranger}`,
        passedOver: [at('theirs/meatymusic.config.ts')],
      });
    });

    it("ends before a folder that a group can write to which is not the owner's own", async () => {
      put('team/meatymusic.config.ts', poison);
      put('team/mine/keep');
      chownSync(at('team'), 0, stranger);
      chmodSync(at('team'), 0o2775);
      expect((await load('team/mine')).search?.end).toBe(`${at('team')} can be written by other users`);
      chownSync(at('team'), 0, 0);
      rmSync(at('team/meatymusic.config.ts'));
      put('team/meatymusic.config.json');
      expect((await load('team/mine')).file).toBe(at('team/meatymusic.config.json'));
    });

    it('works as root in the checkout of another user, and in the folders below', async () => {
      put('checkout/meatymusic.config.json');
      put('checkout/.env', 'MEATYMUSIC_API_URL=http://api:1');
      put('checkout/packages/a/keep');
      give('checkout', 'checkout/meatymusic.config.json', 'checkout/.env');
      give('checkout/packages', 'checkout/packages/a');
      for (const mode of [0o755, 0o775]) {
        chmodSync(at('checkout'), mode);
        for (const cwd of ['checkout', 'checkout/packages/a']) {
          const { config, root } = await load(cwd);
          expect(root).toBe(at('checkout'));
          expect(config).toMatchObject({ runtime: 'external', services: { api: { url: 'http://api:1' } } });
        }
      }
    });

    it.each(['meatymusic.config.ts', '.env', '.env.local', 'compose.yaml', 'migrations/keep'])(
      'refuses %s that another user put into a shared folder',
      async (name) => {
        put(`shared/${name}`, poison);
        chmodSync(at('shared'), 0o1777);
        const [top = ''] = name.split('/');
        give(`shared/${top}`);
        const fault = await load('shared').catch((error: unknown) => error);
        expect(fault).toBeInstanceOf(Fault);
        expect((fault as Fault).exitCode).toBe(78);
        expect((fault as Fault).details.join()).toContain(`belongs to user ${stranger}, and is not read`);
      },
    );
  },
);

import { expect, it } from 'vitest';
import { makeBarePath } from '../../testing/bare-path.ts';
import { makeProject, notBuilt } from '../../testing/project.ts';
import { expectProven, listBuiltInChecks } from '../../testing/prove-checks.ts';

it.skipIf(notBuilt)(
  'Without Redis, PostgreSQL, Docker and a browser, a stack starts, and what judges its cache and database is proven',
  { timeout: 600_000 },
  async () => {
    // Whether it is right is asked here, not whether it is fast: the machine may be busy.
    const project = await makeProject({ verify: { timeout: '10s' } });
    const { path, remove } = makeBarePath();
    const env = { PATH: path };
    try {
      const up = await project.run(['up', '--no-verify'], env);
      expect(up.code, `${up.stdout}\n${up.stderr}`).toBe(0);
      expect((await project.run(['status'], env)).stdout).toContain('(no redis-server on the PATH)');
      const judged = (await listBuiltInChecks(project, env)).filter(({ id }) =>
        /^(?:cache|database)\//.test(id),
      );
      expect(judged.length).toBeGreaterThan(8);
      await expectProven(project, judged, env);
    } finally {
      await project.remove();
      remove();
    }
  },
);

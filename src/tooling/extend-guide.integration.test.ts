/** The kind of service and the runner of docs/guides/extend.md, as they are written there, in a project that names nothing else. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { down, loadProject, up, verify } from '../api.ts';
import { findRuntime } from '../runners/choose.ts';
import { freePort } from '../testing/free-port.ts';
import { redisMissing } from '../testing/redis.ts';

const guide = readFileSync(fileURLToPath(new URL('../../docs/guides/extend.md', import.meta.url)), 'utf8');

/** Returns the first block in a language of a section. */
function blockOf(section: string, language: string): string {
  const text = guide.split(/^## /m).find((each) => each.startsWith(`${section}\n`)) ?? '';
  return new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(text)?.[1] ?? '';
}

describe.skipIf(redisMissing)(
  `the guide to extensions, followed${redisMissing ? ` (${redisMissing})` : ''}`,
  () => {
    let folder: string;
    let port: number;
    beforeAll(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-extend-'));
      port = await freePort();
      writeFileSync(path.join(folder, 'queue.ts'), blockOf('A kind of service', 'ts'));
      writeFileSync(path.join(folder, 'detached.ts'), blockOf('A runner', 'ts'));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const load = (config: string) => {
      writeFileSync(path.join(folder, 'meatymusic.config.yaml'), config);
      return loadProject({ cwd: folder, env: { PATH: process.env.PATH } });
    };
    const verdicts = async (project: Awaited<ReturnType<typeof load>>) => {
      const { checks } = await verify(project);
      return checks.filter(({ status }) => status !== 'skip').map(({ id, status }) => `${id} ${status}`);
    };

    it('judges a service of the kind, which a command starts', { timeout: 60_000 }, async () => {
      const config = blockOf('A kind of service', 'yaml').replace('localhost:6390', `localhost:${port}`);
      const project = await load(config);
      try {
        await up(project);
        expect(await verdicts(project)).toEqual(['queue/accepts@jobs pass']);
      } finally {
        expect(await down(project)).toEqual(['jobs']);
      }
    });

    it('starts, shows, judges and stops a stack by the runner', { timeout: 60_000 }, async () => {
      const project = await load(`runtime: detached
plugins: [./queue.ts, ./detached.ts]
services: { jobs: { kind: queue, url: tcp://127.0.0.1:${port} } }
`);
      const runtime = async () => (await findRuntime(project)).runtime;
      const states = async () => (await (await runtime()).status()).map(({ state }) => state);
      expect(await states()).toEqual(['missing']);
      await expect(verify(project)).rejects.toMatchObject({ code: 'no-stack' });
      try {
        await up(project);
        expect(await states()).toEqual(['running']);
        const lines = [];
        const { signal } = new AbortController();
        for await (const line of (await runtime()).logs({ follow: false, tail: 1, signal })) lines.push(line);
        expect(lines).toMatchObject([{ service: 'jobs', text: expect.stringMatching(/ready to accept/i) }]);
        expect(await verdicts(project)).toEqual(['queue/accepts@jobs pass']);
      } finally {
        expect(await down(project)).toEqual(['jobs']);
      }
      expect(await states()).toEqual(['missing']);
    });
  },
);

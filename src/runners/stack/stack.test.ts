import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedactor } from '../../base/redact.ts';
import { type ConfigInput, configOf } from '../../config/schema.ts';
import { chooseRuntime, findRuntime } from '../choose.ts';
import { createRuntime } from '../index.ts';
import { orderOf } from './order.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'meatymusic-stack-'));
});
afterAll(() => rmSync(root, { recursive: true }));

const contextOf = (config: ConfigInput) => ({
  config: configOf(config),
  root,
  env: {},
  redact: createRedactor(),
});
const command = { start: { command: 'true' } };
const embedded = { start: { embedded: true } } as const;
const compose = { start: { compose: 'db' } };
const all = (settings: object) => ({ api: settings, web: settings, database: settings, cache: settings });

describe('a stack', () => {
  it.each([
    ['embedded', 'embedded', {}, true],
    ['embedded', 'embedded', { payments: { kind: 'api', url: 'http://localhost:1' } }, true],
    ['compose', 'compose', {}, undefined],
    ['external', 'external', {}, false],
    ['process', 'external', all(command), false],
    ['embedded', 'external', all(embedded), true],
    // The API is the reference one, and the database is another server's: it is not ours to migrate.
    ['embedded', 'external', { api: embedded }, false],
    ['mixed', 'embedded', { api: command }, false],
    ['mixed', 'external', { api: command, database: compose }, false],
    ['compose', 'external', { database: compose }, false],
  ] as const)(
    'has the name %s by default %s with %j',
    async (name, defaultWay, services, isReferenceStack) => {
      const runtime = await createRuntime(defaultWay, contextOf({ services } as ConfigInput));
      expect(runtime.name).toBe(name);
      if (isReferenceStack !== undefined) expect(runtime.isReferenceStack).toBe(isReferenceStack);
    },
  );

  it('controls what meatymusic starts, and nothing else', async () => {
    const { control } = await createRuntime(
      'external',
      contextOf({ services: { api: command, database: compose } }),
    );
    const controlled = (['api', 'database', 'cache', 'web'] as const).map((name) =>
      control?.controls?.(name),
    );
    expect(controlled).toEqual([true, true, false, false]);
    await expect(control?.stop('cache', new AbortController().signal)).rejects.toMatchObject({
      code: 'service-missing',
      message: 'cache was not started by meatymusic',
    });
  });

  it('is chosen by what its services say, not by a Docker daemon', async () => {
    const context = contextOf({ services: { api: command } });
    for (const choose of [chooseRuntime, findRuntime])
      expect(await choose(context)).toMatchObject({
        runtime: { name: 'process' },
        reason: 'its services say how they are started',
      });
  });

  it('starts databases before processes, APIs and web apps, and each after its dependencies', () => {
    const worker = { kind: 'process', ...command, dependsOn: ['api'] };
    const { config } = contextOf({ services: { worker, mailer: { kind: 'process', ...command } } });
    expect(orderOf(config)).toEqual(['database', 'cache', 'api', 'worker', 'mailer', 'web']);
  });
});

import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../base/errors.ts';
import { settingsOf } from '../services/index.ts';
import { effectiveSettings } from './effective.ts';
import { loadConfig } from './load.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'environments-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const load = (yaml: string, environment?: string, env = {}) => {
  writeFileSync(path.join(folder, 'meatymusic.config.yaml'), yaml);
  return loadConfig({ cwd: folder, env, environment });
};
const problemsOf = async (yaml: string, environment?: string): Promise<string> => {
  const thrown: unknown = await load(yaml, environment).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(Fault);
  expect((thrown as Fault).exitCode).toBe(78);
  return (thrown as Fault).details.join('\n');
};

const text = `services:
  api: { url: http://localhost:8000, start: { command: node api.js }, log: { file: api.log } }
  worker: { kind: process, start: { command: node worker.js } }
verify: { timeout: 5s, retryFor: 1s }
environments:
  staging:
    services:
      api: { url: https://api.staging.example, log: { command: kubectl logs api } }
    verify: { timeout: 20s }
  slow:
    verify: { timeout: 40s }
`;

describe('an environment of the file', () => {
  it('wins over the file, below variables, and names itself in the origins', async () => {
    const shown = async (environment?: string, env = {}) => {
      const { config, origins } = await load(text, environment, env);
      return effectiveSettings(config, origins)
        .filter(({ path: at }) =>
          /^(runtime|services\.(api|worker)\.(url|log|start)|verify\.(timeout|retry))/.test(at),
        )
        .filter(({ origin }) => origin.kind !== 'default')
        .map(({ path: at, value, origin }) => `${at} ${value} ${origin.text}`);
    };
    expect(await shown('staging')).toMatchInlineSnapshot(`
      [
        "runtime external meatymusic.config.yaml:6 (environment staging)",
        "services.api.url https://api.staging.example meatymusic.config.yaml:8 (environment staging)",
        "services.api.log.command kubectl logs api meatymusic.config.yaml:8 (environment staging)",
        "verify.timeout 20000 meatymusic.config.yaml:9 (environment staging)",
        "verify.retryFor 1000 meatymusic.config.yaml:4",
      ]
    `);
    expect(await shown('slow')).toContain(
      'verify.timeout 40000 meatymusic.config.yaml:11 (environment slow)',
    );
    expect(await shown('staging', { MEATYMUSIC_TIMEOUT: '1s' })).toContain(
      'verify.timeout 1000 MEATYMUSIC_TIMEOUT',
    );
    expect((await shown()).join()).not.toContain('staging');
  });

  it('that names addresses describes a stack that runs elsewhere', async () => {
    const { config } = await load(text, 'staging');
    expect(config.runtime).toBe('external');
    expect(settingsOf(config.services, 'worker').start).toBeUndefined();
    const { config: slow } = await load(text, 'slow');
    expect(slow.runtime).toBe('auto');
    expect(settingsOf(slow.services, 'worker').start).toBeDefined();
  });

  it('replaces another way to start or to log', async () => {
    const { config } = await load(
      'services: { api: { start: { command: a, cwd: b } } }\nenvironments: { ci: { services: { api: { start: { compose: api } } } } }',
      'ci',
    );
    expect(config.services.api.start).toEqual({ compose: 'api' });
  });

  it('that does not exist is refused with the nearest name', async () => {
    expect(await problemsOf(text, 'stagin')).toBe(
      '--env: there is no environment "stagin"; did you mean "staging"?',
    );
    expect(await problemsOf(text, 'x')).toBe('--env: there is no environment "x"; known: staging, slow');
    expect(await problemsOf('runtime: auto', 'x')).toBe(
      '--env: there is no environment "x"; the configuration has none',
    );
  });

  it('is judged although another one, or none, is in force', async () => {
    const bad = `runtime: auto
environments:
  a: { services: { api: { urll: x } }, runtim: x }
  b: []
  c: { environments: {} }
`;
    expect(await problemsOf(bad)).toMatchInlineSnapshot(`
      "meatymusic.config.yaml:3: environments.a.services.api.urll is not known; did you mean "url"?
      meatymusic.config.yaml:3: environments.a.runtim is not known; did you mean "runtime"?
      meatymusic.config.yaml:4: environments.b is not an object of settings
      meatymusic.config.yaml:5: environments.c.environments is known at the top alone"
    `);
  });

  it('does not keep its secrets to itself', async () => {
    const { secrets } = await load('environments: { a: { auth: { token: hunter2-token } } }');
    expect(secrets).toContain('hunter2-token');
  });
});

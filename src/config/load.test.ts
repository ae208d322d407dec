import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../base/errors.ts';
import { loadConfig } from './load.ts';
import type { FlagSetting } from './origin.ts';
import { originOf } from './origin.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'config-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (files: Record<string, string>) => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
};
const load = (env: Record<string, string> = {}, flags: FlagSetting[] = [], cwd = folder) =>
  loadConfig({ cwd, env, flags });
const problemsOf = async (loading: Promise<unknown>): Promise<string> => {
  const thrown = await loading.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(Fault);
  const fault = thrown as Fault;
  expect(fault.exitCode).toBe(78);
  return [fault.message, ...fault.details].join('\n').replaceAll(folder, '<folder>');
};

describe('loadConfig', () => {
  it('gives the defaults of the contract where nothing is configured', async () => {
    const { config, root, file } = await load();
    expect(file).toBeUndefined();
    expect(root).toBe(folder);
    expect(config.services.api.url).toBe('http://localhost:8000');
    expect(config.verify.timeout).toBe(5000);
  });

  it.each([
    ['json', '{ "runtime": "external" }'],
    ['yaml', 'runtime: external'],
    ['yml', 'runtime: external'],
  ])('reads meatymusic.config.%s, found from a folder below', async (extension, text) => {
    put({ [`meatymusic.config.${extension}`]: text, 'a/b/keep': '' });
    const { config, root, file } = await load({}, [], path.join(folder, 'a/b'));
    expect(config.runtime).toBe('external');
    expect(root).toBe(folder);
    expect(file).toBe(path.join(folder, `meatymusic.config.${extension}`));
  });

  it.each([
    [
      'yaml',
      'a YAML alias bomb',
      ['a0: &a0 [x]', ...[1, 2, 3, 4, 5, 6].map((n) => `a${n}: &a${n} [${`*a${n - 1}, `.repeat(9)}]`)].join(
        '\n',
      ),
      /100,000 values/,
    ],
    ['json', 'JSON nested without end', '['.repeat(100_000), /nested too deeply/],
    ['json', 'more keys than anybody writes', JSON.stringify({ ...Array(20_000).fill(1) }), /10000 values/],
  ])('refuses in %s: %s', async (extension, _what, text, problem) => {
    put({ [`meatymusic.config.${extension}`]: text });
    expect(await problemsOf(load())).toMatch(problem);
  });

  it('lets .env win over the file, .env.local over .env, the environment over both, a flag over all', async () => {
    const at = 'services.api.url';
    const url = (n: number) => `http://h${n}:8000`;
    const flag = { path: at, value: url(5), flag: '--api-url' };
    const origins: string[] = [];
    const note = async (env: Record<string, string> = {}, flags: FlagSetting[] = []) => {
      const loaded = await load(env, flags);
      origins.push(`${loaded.config.services.api.url} ${originOf(loaded.origins, at).text}`);
    };
    await note();
    put({ 'meatymusic.config.json': `{\n  "services": {\n    "api": { "url": "${url(1)}" }\n  }\n}` });
    await note();
    put({ '.env': `# the stack\nA=1\nNEXT_PUBLIC_API_URL=${url(2)}\n` });
    await note();
    put({ '.env.local': `export NEXT_PUBLIC_API_URL="${url(3)}"` });
    await note();
    await note({ NEXT_PUBLIC_API_URL: url(4) });
    await note({ NEXT_PUBLIC_API_URL: url(4) }, [flag]);
    await note({ NEXT_PUBLIC_API_URL: '' });
    expect(origins).toMatchInlineSnapshot(`
      [
        "http://localhost:8000 default",
        "http://h1:8000 meatymusic.config.json:3",
        "http://h2:8000 .env:3 NEXT_PUBLIC_API_URL",
        "http://h3:8000 .env.local:1 NEXT_PUBLIC_API_URL",
        "http://h4:8000 NEXT_PUBLIC_API_URL",
        "http://h5:8000 --api-url",
        "http://h3:8000 .env.local:1 NEXT_PUBLIC_API_URL",
      ]
    `);
  });

  it('reads every variable of the contract', async () => {
    const { config } = await load({
      SERVICE_NAME: 'other-api',
      DATABASE_URL: 'postgresql+asyncpg://u:p@db:5433/music',
      REDIS_URL: 'rediss://cache:6380/1',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318',
      NEXT_PUBLIC_API_URL: 'https://api.example',
      NEXT_PUBLIC_APP_NAME: 'Music',
    });
    const { api, web, database, cache, telemetry } = config.services;
    expect([api.serviceName, api.url, web.appName]).toEqual(['other-api', 'https://api.example', 'Music']);
    expect([database.url, cache.url]).toEqual(['postgresql://u:p@db:5433/music', 'rediss://cache:6380/1']);
    expect(telemetry.otlpEndpoint).toBe('http://otel:4318');
  });

  it('puts POSTGRES_DB into the address of the database, unless DATABASE_URL names one', async () => {
    const database = async (env: Record<string, string>) => (await load(env)).config.services.database.url;
    expect(await database({ POSTGRES_DB: 'other' })).toBe(
      'postgresql://postgres:postgres@localhost:5432/other',
    );
    expect(await database({ POSTGRES_DB: 'other', DATABASE_URL: 'postgres://db/x?a=b' })).toBe(
      'postgres://db/x?a=b',
    );
    put({ 'meatymusic.config.yaml': 'services: { database: { url: "postgres://db:1/x?a=b" } }' });
    expect(await database({ POSTGRES_DB: 'other' })).toBe('postgres://db:1/other?a=b');
  });

  it('knows the secrets of every source', async () => {
    put({
      'meatymusic.config.yaml': 'auth: { token: tok-file }\noptions: { a/b: { apiKey: key-file } }',
      '.env': 'SESSION_SECRET=sec-env-file',
    });
    const { secrets } = await load({ DATABASE_URL: 'postgres://u:pw%40env@db/x' });
    expect(secrets.sort()).toEqual(['key-file', 'pw%40env', 'pw@env', 'sec-env-file', 'tok-file']);
  });
});

describe('a bad configuration', () => {
  const text = {
    json: `{
  "runtim": "embedded",
  "services": {
    "api": { "url": "hunter2-secret", "ur": 1 },
    "cache": { "enabled": "yes" }
  },
  "timeout": "5s",
  "verify": { "timeout": "soon", "concurrency": 0, "skip": ["a", 3] },
  "checks": 5
}`,
    yaml: `runtim: embedded
services:
  api: { url: hunter2-secret, ur: 1 }
  cache:
    enabled: sure
    log: { file: a, command: b }
verify:
  timeout: soon
`,
  };

  it('names every problem of a JSON file with its line, and no value', async () => {
    put({ 'meatymusic.config.json': text.json });
    expect(await problemsOf(load())).toMatchInlineSnapshot(`
      "the configuration has 9 problems
      meatymusic.config.json:2: runtim is not known; did you mean "runtime"?
      meatymusic.config.json:4: services.api.url is not an address that starts with http:// or https://
      meatymusic.config.json:4: services.api.ur is not known; did you mean "url"?
      meatymusic.config.json:5: services.cache.enabled is not true or false
      meatymusic.config.json:7: timeout is not known here; there is up.timeout and migrations.timeout and verify.timeout
      meatymusic.config.json:8: verify.timeout is not a duration (write 250ms, 5s or 2m)
      meatymusic.config.json:8: verify.concurrency is less than 1
      meatymusic.config.json:8: verify.skip.1 is not a string
      meatymusic.config.json:9: checks is neither a string nor a list"
    `);
  });

  it('names every problem of a YAML file with its line', async () => {
    put({ 'meatymusic.config.yaml': text.yaml });
    expect(await problemsOf(load())).toMatchInlineSnapshot(`
      "the configuration has 6 problems
      meatymusic.config.yaml:1: runtim is not known; did you mean "runtime"?
      meatymusic.config.yaml:3: services.api.url is not an address that starts with http:// or https://
      meatymusic.config.yaml:3: services.api.ur is not known; did you mean "url"?
      meatymusic.config.yaml:5: services.cache.enabled is not true or false
      meatymusic.config.yaml:6: services.cache.log has none of the forms { file } and { command }
      meatymusic.config.yaml:8: verify.timeout is not a duration (write 250ms, 5s or 2m)"
    `);
  });

  it('names the problems of all sources at once', async () => {
    put({
      'meatymusic.config.yaml': 'runtime: dockr\nplugin: []',
      '.env': 'A=b\nREDIS_URL=hunter2-secret',
    });
    const flags = [{ path: 'verify.timeout', value: 'x', flag: '--timeout' }];
    expect(await problemsOf(load({ DATABASE_URL: 'hunter2-secret' }, flags))).toMatchInlineSnapshot(`
      "the configuration has 5 problems
      meatymusic.config.yaml:1: runtime is none of auto, compose, embedded, external
      meatymusic.config.yaml:2: plugin is not known; did you mean "plugins"?
      DATABASE_URL: services.database.url is not an address that starts with postgresql://
      .env:2 REDIS_URL: services.cache.url is not an address that starts with redis:// or rediss://
      --timeout: verify.timeout is not a duration (write 250ms, 5s or 2m)"
    `);
  });

  it.each([
    ['json', '{\n  "runtime": hunter2-secret\n}'],
    ['json', '{\n  "runtime": "auto",\n}'],
    ['json', '{\n  "runtime": "auto"'],
    ['json', ''],
    ['json', '[]'],
    ['json', '{ "runtime": "auto", "runtime": "auto" }'],
    ['json', '{\n "services": {\n "__proto__": { "url": "x" } }, "foo": 1 }'],
    ['json', `{ "options": ${'{"a":'.repeat(100_000)}`],
    ['yaml', 'runtime: auto\n  services: hunter2-secret: x'],
    ['yaml', 'runtime: auto\nruntime: auto'],
    ['yaml', 'services:\n  __proto__: { url: x }'],
    ['yaml', 'a: *hunter2'],
  ])('%s %#: says what is wrong, and repeats no value', async (extension, content) => {
    put({ [`meatymusic.config.${extension}`]: content });
    const problems = await problemsOf(load());
    expect(problems).not.toContain('hunter2-secret');
    expect(problems).toMatchSnapshot();
  });

  it('refuses two files in one folder, a named file that is not there, and an .env that cannot be read', async () => {
    put({ 'meatymusic.config.yaml': '{}', 'meatymusic.config.json': '{}', '.env/x': '' });
    expect(await problemsOf(load())).toMatchInlineSnapshot(`
      "the configuration has 2 problems
      meatymusic.config.yaml: is beside meatymusic.config.json; keep one of the two
      .env: cannot be read (EISDIR)"
    `);
    const missing = path.join(folder, 'nope.json');
    expect(
      await problemsOf(loadConfig({ cwd: folder, env: {}, configFile: missing })),
    ).toMatchInlineSnapshot(`
      "the configuration has 2 problems
      --config: <folder>/nope.json does not exist
      .env: cannot be read (EISDIR)"
    `);
  });
});

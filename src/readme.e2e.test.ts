import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { load } from 'js-yaml';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { distFolder, packageRoot } from './base/package-root.ts';
import { parseCall } from './commands/program.ts';
import { chromiumMissing } from './testing/chromium.ts';
import { commandsIn } from './testing/commands-in.ts';
import { makeProject, notBuilt, type TestProject } from './testing/project.ts';

const missing = notBuilt ?? chromiumMissing;
const readme = readFileSync(path.join(packageRoot, 'README.md'), 'utf8');

/** The examples in one language that hold this. */
function examples(language: string, holding: RegExp): string[] {
  const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return blocks.flatMap(([, name, text = '']) => (name === language && holding.test(text) ? [text] : []));
}

/** The calls in its examples and in its sentences, each once. */
function calls(): string[][] {
  const sentences = readme.replace(/^```.*?^```$/gms, '');
  const inSentences = [...sentences.matchAll(/`((?:npx )?meatymusic [^`\n]*)`/g)].map(
    ([, text = '']) => text,
  );
  const all = commandsIn([...examples('sh', /meatymusic/), ...inSentences].join('\n'));
  return [...new Map(all.map((args) => [args.join(' '), args])).values()];
}

/** Calls that a test below makes on a running stack, in this order. */
const called = [
  'status',
  'checks explain api/health',
  'checks flaky',
  'checks new billing/invoices-add-up',
  'migrate plan',
  'migrate up',
  'up --no-verify',
  'verify --reporter junit=report.xml --reporter html=report.html',
  'verify --against main.json',
  'verify --changed=origin/main',
  'diff main.json branch.json',
  'verify --evidence ./evidence',
  'verify --from ./evidence',
  'verify --gossfile goss.yaml',
  'logs check api.log --require trace',
  'init --ci',
  'migrate create add_songs',
];

/** The other calls, with the test that makes each. */
const calledElsewhere: Readonly<Record<string, string>> = {
  up: 'src/readme.e2e.test.ts',
  init: 'src/readme.e2e.test.ts',
  down: 'src/readme.e2e.test.ts',
  'checks prove': 'src/commands/checks/prove.e2e.test.ts',
  'migrate verify': 'src/commands/migrate/migrate.e2e.test.ts',
  serve: 'src/commands/serve/serve.e2e.test.ts',
  // Its variables name a stack that runs elsewhere.
  'verify --read-only --retry-for 30s': 'src/commands/verify/verify.e2e.test.ts',
};

const yamlConfigs = examples('yaml', /meatymusic\.config\.yaml/);
const yamlChecks = examples('yaml', /^checks:/m);
const tsConfigs = examples('ts', /defineConfig/);

/** The pages of the built-in checks. */
function builtInPages(): string[] {
  const folder = path.join(packageRoot, 'docs/checks');
  const files = readdirSync(folder, { recursive: true }).map(String);
  return files
    .filter((file) => file.endsWith('.md'))
    .map((file) => readFileSync(path.join(folder, file), 'utf8'));
}

/** A published schema names the draft that it keeps to. */
function problemsBy(name: string, document: unknown): unknown {
  const schema = JSON.parse(readFileSync(path.join(distFolder, 'schema', `${name}.schema.json`), 'utf8'));
  const Validator = String(schema.$schema).includes('draft-07') ? Ajv : Ajv2020;
  const validate = new Validator({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
  validate(document);
  return validate.errors ?? [];
}

describe('the README', () => {
  it('has an example of each kind', () => {
    expect([yamlConfigs.length, yamlChecks.length, tsConfigs.length]).toEqual([1, 1, 1]);
    expect(calls().length).toBeGreaterThan(15);
  });

  it('shows checks, headlines and codes that exist', async () => {
    const output = examples('text', /meatymusic/).join('\n');
    const pages = builtInPages().join('\n');
    const titles = [...output.matchAll(/^ {2}✔ (.*?)(?: {2,}.*)?$/gm)].map(([, title = '']) => title);
    expect(titles.length).toBeGreaterThan(3);
    expect(titles.filter((title) => !pages.includes(`**${title}.**`))).toEqual([]);
    const resultPage = readFileSync(path.join(packageRoot, 'docs/result.md'), 'utf8');
    const failures = [...output.matchAll(/^ {2}✖ (.*?) {2,}([\w/-]+) \[(.*)\]$/gm)];
    expect(failures.length).toBeGreaterThan(0);
    for (const [, headline = '', id, code = ''] of failures) {
      const page = readFileSync(path.join(packageRoot, `docs/checks/${id}.md`), 'utf8');
      const { default: check } = await import(path.join(packageRoot, `checks/${id}.ts`));
      // A code of the engine has the headline of the check, and is described with the result document.
      const isEngines = !Object.hasOwn(check.codes, code) && resultPage.includes(` ${code},`);
      if (isEngines) expect(headline).toBe(check.failureTitle);
      else expect(page).toContain(`| \`${code}\` | ${headline} |`);
    }
  });

  it('has no call that no test makes', () => {
    const made = [...called, ...Object.keys(calledElsewhere)];
    const shown = calls().map((args) => args.join(' '));
    expect(shown.sort()).toEqual(made.sort());
    const files = Object.values(calledElsewhere);
    expect(files.filter((file) => !existsSync(path.join(packageRoot, file)))).toEqual([]);
  });

  it('has at most 200 lines', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(201);
  });

  it.each(calls().map((args) => [args.join(' '), args] as const))(
    'calls meatymusic %s as it can be called',
    async (_, args) => {
      expect((await parseCall(args, '0.0.0')).kind).toBe('action');
    },
  );
});

describe.skipIf(notBuilt)(`the README's examples${notBuilt ? ` (${notBuilt})` : ''}`, () => {
  let project: TestProject;
  beforeEach(async () => {
    project = await makeProject();
  });
  afterEach(() => project.remove());

  it.each(yamlConfigs)('of a configuration in YAML fit the published schema, and load', async (text) => {
    expect(problemsBy('config', load(text))).toEqual([]);
    writeFileSync(project.file('given.yaml'), text);
    const { settings } = await project.json(['config', '--config', 'given.yaml', '--changed']);
    expect(settings).toContainEqual(
      expect.objectContaining({ path: 'services.api.healthPath', value: '/healthz' }),
    );
    const { options } = await project.json(['checks', 'explain', 'auth/no-token', '--config', 'given.yaml']);
    expect(options).toContainEqual(expect.objectContaining({ name: 'path', value: '/v2/account' }));
  });

  it.each(yamlChecks)('of checks in YAML fit the published schema, and load', async (text) => {
    expect(problemsBy('checks', load(text))).toEqual([]);
    writeFileSync(project.file('shop.yaml'), text);
    writeFileSync(project.file('given.json'), JSON.stringify({ checkFiles: ['shop.yaml'] }));
    const { checks } = await project.json(['checks', 'list', 'shop', '--config', 'given.json']);
    expect((checks as { id: string }[]).map(({ id }) => id)).toEqual(['shop/openapi', 'shop/no-orphans']);
  });

  it.each(tsConfigs)('of a configuration in TypeScript fit the published schema, and load', async (text) => {
    writeFileSync(project.file('given.ts'), text);
    const { settings } = await project.json(['config', '--config', 'given.ts', '--changed']);
    expect(settings).toContainEqual(
      expect.objectContaining({ path: 'compose.services.api', value: 'backend' }),
    );
    const { default: config } = await import(/* @vite-ignore */ asData(text));
    expect(problemsBy('config', config)).toEqual([]);
  });
});

const verifySettings = { timeout: '30s' };
/** All but a few areas, to save time. */
const manyChecks =
  'auth browser cache cors errors naming observability ratelimit seed tenancy web api/ready-tells-truth';

describe.skipIf(missing)(`the README, followed${missing ? ` (${missing})` : ''}`, () => {
  let project: TestProject;
  beforeAll(async () => {
    project = await makeProject({ verify: verifySettings });
  });
  afterAll(() => project.remove());
  const configure = (verify: Record<string, unknown>) => {
    const file = project.file('meatymusic.config.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), verify }));
  };
  const [started = [], failed = []] = examples('text', /meatymusic/).map(linesOf);

  it('sees a stack start and pass as it is shown', { timeout: 120_000 }, async () => {
    const { code, stdout, stderr } = await project.run(['up']);
    expect(code, `${stdout}${stderr}`).toBe(0);
    const output = linesOf(`${stderr}${stdout}`).join(' ');
    // The first two lines are about the way in which this stack was chosen.
    expect(started.slice(2).filter((line) => !output.includes(line))).toEqual([]);
  });

  it('makes every call without a failure', { timeout: 240_000 }, async () => {
    configure({ ...verifySettings, skip: manyChecks.split(' ') });
    const commit = '-c user.name=ana -c user.email=ana@example.com commit -qm begin';
    for (const args of ['init -q', 'add .', commit, 'update-ref refs/remotes/origin/main HEAD'])
      execFileSync('git', args.split(' '), { cwd: project.folder });
    configure({ ...verifySettings, skip: manyChecks.split(' '), retryFor: '1s' });
    writeFileSync(project.file('goss.yaml'), 'file:\n  goss.yaml: { exists: true }\n');
    const line = { level: 'info', time: '2026-11-28T13:11:35Z', message: 'ok', trace_id: 'a'.repeat(32) };
    writeFileSync(project.file('api.log'), `${JSON.stringify(line)}\n`);
    await project.run(['verify', '--reporter', 'json=main.json']);
    cpSync(project.file('main.json'), project.file('branch.json'));
    for (const command of called) {
      const { code, stdout, stderr } = await project.run(command.split(' '));
      expect(code, `${command}\n${stdout}${stderr}`).toBe(0);
    }
  });

  it('sees a service that has ended as it is shown', { timeout: 120_000 }, async () => {
    configure(verifySettings);
    const { services } = (await project.json(['status'])) as { services: { role: string; pid: number }[] };
    process.kill(services.find(({ role }) => role === 'cache')?.pid as number, 'SIGKILL');
    const { code, stdout, stderr } = await project.run(['verify', '--read-only']);
    expect(code, `${stdout}${stderr}`).toBe(1);
    const output = linesOf(stdout).join(' ');
    expect(failed.filter((line) => !output.includes(line))).toEqual([]);
  });

  it('stops the stack, and writes a configuration where there is none', { timeout: 120_000 }, async () => {
    expect(await project.run(['down'])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('stopped'),
    });
    rmSync(project.file('meatymusic.config.json'));
    expect(await project.run(['init'])).toMatchObject({ code: 0, stdout: 'meatymusic.config.ts\n' });
  });
});

/** Returns the lines of an output without its commands and what differs from run to run: times, counts, ports and identifiers. */
function linesOf(output: string): string[] {
  return output
    .split('\n')
    .map((line) =>
      line
        .replace(/\b[0-9a-f]{32}\b/g, '<id>')
        .replace(/\d[\d.]*(?: (?:ms|s)\b)?/g, '#')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((line) => line !== '' && line !== '…' && !line.startsWith('$ '));
}

/** The module with `defineConfig` as what it is at run time: the identity. */
function asData(text: string): string {
  const alone = text.replace(/^import .*$/m, 'const defineConfig = (config) => config;');
  return `data:text/javascript,${encodeURIComponent(alone)}`;
}

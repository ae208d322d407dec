/** Every command and every fenced configuration of the guides is parsed or loaded, and every link leads to a file. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadProject } from '../api.ts';
import { problemsOf } from '../check/problems-of-definition.ts';
import { problemsOfReporter } from '../check/reporter.ts';
import { parseCall } from '../commands/program.ts';
import { readChecksFile } from '../sources/declared/checks-file.ts';
import { makeChecks } from '../sources/make-checks.ts';
import { loadUserModule } from '../sources/user-module.ts';
import { commandsIn } from '../testing/commands-in.ts';
import { roomFloors } from '../testing/import-graph.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = readdirSync(path.join(root, 'docs'), { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, text: readFileSync(path.join(root, 'docs', name), 'utf8') }));

interface Block {
  name: string;
  text: string;
}

/** Returns the fenced blocks in one language, except those of generated pages. */
function blocks(language: string): Block[] {
  return pages
    .filter(({ text }) => !text.includes('<!-- Generated'))
    .flatMap(({ name, text }) => {
      const found = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(([, each]) => each === language);
      return found.map(([, , block = ''], index) => ({ name: `${name} ${index + 1}`, text: block }));
    });
}

const readme = { name: '../README.md', text: readFileSync(path.join(root, 'README.md'), 'utf8') };

/** Returns the anchor that GitHub gives a heading. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

const yaml = blocks('yaml');
const allConfigurations = yaml.filter(({ text }) => text.startsWith('# meatymusic.config.yaml'));
/** Those with a file of a plugin are run by `extend-guide.integration.test.ts`. */
const configurations = allConfigurations.filter(({ text }) => !text.includes('plugins: [./'));
const declared = yaml.filter(({ text }) => text.startsWith('checks:'));
/** Files that meatymusic loads; other examples call the library. */
const modules = blocks('ts').filter(({ text }) => text.includes('export default'));

describe('the documentation', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-guides-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has examples of each kind, and none that is not tested', () => {
    expect(configurations.length).toBeGreaterThan(3);
    expect(declared.length).toBeGreaterThan(1);
    expect(modules.length).toBeGreaterThan(3);
    expect(yaml.length).toBe(allConfigurations.length + declared.length);
  });

  const calls = blocks('sh').flatMap(({ name, text }) => commandsIn(text).map((args) => ({ name, args })));
  it.each(calls)('$name calls meatymusic $args as it can be called', async ({ args }) => {
    expect((await parseCall(args, '0.0.0')).kind).toBe('action');
  });

  it.each(configurations)('loads the configuration in $name', async ({ text }) => {
    writeFileSync(path.join(folder, 'meatymusic.config.yaml'), text);
    const { file } = await loadProject({ cwd: folder, env: {} });
    expect(path.basename(file ?? '')).toBe('meatymusic.config.yaml');
  });

  it.each(declared)('loads the checks in $name', ({ text }) => {
    const problems: string[] = [];
    const read = readChecksFile('checks.yaml', text, { env: {}, vars: {} }, problems);
    expect(makeChecks([{ ...read, problems }]).length).toBeGreaterThan(0);
  });

  it.each(modules)('loads the module in $name', async ({ name, text }) => {
    const file = path.join(folder, `${name.replaceAll(/\W/g, '-')}.ts`);
    writeFileSync(file, text);
    const { default: value } = (await loadUserModule(file)) as { default: Record<string, unknown> };
    if ('run' in value) expect(problemsOf(value)).toEqual([]);
    if ('render' in value) expect(problemsOfReporter(value)).toEqual([]);
    for (const check of Object.values(value.checks ?? {})) expect(problemsOf(check)).toEqual([]);
  });

  it('names files of the source that exist, and every room', () => {
    const { text = '' } = pages.find(({ name }) => name === 'architecture.md') ?? {};
    const files = [...text.matchAll(/`([\w/-]+\.(?:ts|js|md))`/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(8);
    const exists = (file: string) => ['', 'src'].some((folder) => existsSync(path.join(root, folder, file)));
    expect(files.filter((file) => !exists(file))).toEqual([]);
    const rooms = Object.keys(roomFloors).filter((room) => exists(room) && room !== 'index.ts');
    expect(rooms.filter((room) => !text.includes(`| \`${room}\` |`))).toEqual([]);
  });

  it('links to headings and anchors that exist', () => {
    const anchorsOf = (text: string) => [
      ...[...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => slugOf(heading)),
      ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id),
    ];
    const links = [...pages, readme].flatMap(({ name, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)].map(([, file = '', anchor = '']) => {
        const target = path.join(root, 'docs', file === '' ? name : path.join(path.dirname(name), file));
        return {
          link: `${name}: ${file}#${anchor}`,
          found: anchorsOf(readFileSync(target, 'utf8')).includes(anchor),
        };
      }),
    );
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter(({ found }) => !found).map(({ link }) => link)).toEqual([]);
  });

  it('links to files that exist', () => {
    const broken = [...pages, readme].flatMap(({ name, text }) => {
      const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(
        ([, link = '']) => link,
      );
      const folderOfPage = path.dirname(path.join(root, 'docs', name));
      return links
        .filter((link) => !existsSync(path.join(folderOfPage, link)))
        .map((link) => `${name}: ${link}`);
    });
    expect(broken).toEqual([]);
  });
});

/** The generated pages of `docs/`. `npm run docs` writes them. */
import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CheckDefinition } from '../check/define-check.ts';
import { effectsOf } from '../check/effects.ts';
import { parseCall } from '../commands/program.ts';
import { commandTable } from '../commands/table.ts';
import { builtInChecks } from '../sources/built-in-checks.ts';
import { errorsPage } from './pages/errors.ts';
import { kindPages } from './pages/kinds.ts';
import { matchersPage } from './pages/matchers.ts';
import { resultPage } from './pages/result.ts';
import { roomsPage } from './pages/rooms.ts';
import { cell, generated, page } from './pages/text.ts';
import { schemaDocuments } from './schemas.ts';

/** Pages by their path below `docs/`. */
export type Pages = ReadonlyMap<string, string>;

/** Builds the pages from the definitions. */
export async function buildPages(): Promise<Pages> {
  const [checks, schemas, rooms] = await Promise.all([loadChecks(), schemaDocuments(), roomsPage()]);
  return new Map([
    ...checks.map(({ id, check }) => [`checks/${id}.md`, checkPage(id, check)] as const),
    ['checks/README.md', indexPage(checks)],
    ...kindPages(),
    ['matchers.md', matchersPage()],
    ['configuration.md', configurationPage(schemas.config)],
    ['cli.md', await cliPage()],
    ['errors.md', errorsPage()],
    ['result.md', resultPage(schemas.result)],
    ['rooms.md', rooms],
  ]);
}

/** Writes the pages to `folder`, and removes pages of checks and kinds that no longer exist. */
export async function writePages(folder: string): Promise<void> {
  const pages = await buildPages();
  for (const name of ['checks', 'kinds']) await rm(path.join(folder, name), { recursive: true, force: true });
  for (const [name, text] of pages) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

interface NamedCheck {
  id: string;
  check: CheckDefinition;
}

async function loadChecks(): Promise<NamedCheck[]> {
  const checks: NamedCheck[] = [];
  for (const [name, load] of Object.entries(await builtInChecks()).sort()) {
    const { default: check } = (await load()) as { default?: CheckDefinition };
    if (check) checks.push({ id: name.replace(/\.ts$/, ''), check });
  }
  return checks;
}

function indexPage(checks: readonly NamedCheck[]): string {
  const areas = new Map<string, NamedCheck[]>();
  for (const each of checks) {
    const area = each.id.split('/')[0] as string;
    areas.set(area, [...(areas.get(area) ?? []), each]);
  }
  const sections = [...areas].map(([area, own]) => [
    `## ${area}`,
    '',
    ...own.map(({ id, check }) => `- [${id}](${id}.md): ${check.title}`),
    '',
  ]);
  return page(['# Built-in checks', '', generated, '', ...sections.flat()]);
}

function checkPage(id: string, check: CheckDefinition): string {
  const { title, why, level = 'required', tags = [], after = [], uses = [], needs } = check;
  const codes = Object.entries(check.codes).map(
    ([code, { headline = check.failureTitle, means, hint }]) =>
      `| \`${code}\` | ${cell(headline)} | ${cell(means)} | ${cell(hint ?? '')} |`,
  );
  const options = Object.entries(check.options ?? {}).map(
    ([name, { description, default: fallback }]) =>
      `| \`${name}\` | ${cell(description)} | ${fallback === undefined ? '' : `\`${cell(JSON.stringify(fallback))}\``} |`,
  );
  const sabotage = (check.sabotage ?? []).map(({ name, code }) => `- ${name}: \`${code}\``);
  return page([
    `# ${id}`,
    '',
    `**${title}.** ${why}`,
    '',
    generated,
    '',
    `- Level: ${level}`,
    `- Effects: ${effectsOf(check)}`,
    `- Services: ${uses.join(', ') || 'none'}; through ${needs.join(', ') || 'nothing'}`,
    ...(after.length > 0 ? [`- Runs after: ${after.map((other) => link(other, id)).join(', ')}`] : []),
    ...(tags.length > 0 ? [`- Tags: ${tags.join(', ')}`] : []),
    '',
    '## Failures',
    '',
    '| code | headline | meaning | next |',
    '| --- | --- | --- | --- |',
    ...codes,
    '',
    ...(options.length > 0
      ? [
          '## Options',
          '',
          `In the configuration: \`options: { '${id}': { … } }\`.`,
          '',
          '| option | meaning | default |',
          '| --- | --- | --- |',
          ...options,
          '',
        ]
      : []),
    '## Proof',
    '',
    ...(sabotage.length > 0
      ? [
          `\`meatymusic checks prove ${id}\` breaks the stack in these ways and expects the code:`,
          '',
          ...sabotage,
        ]
      : [check.unprovable ?? 'It declares no sabotage.']),
    '',
  ]);
}

function link(id: string, from: string): string {
  return `[${id}](${path.posix.relative(path.posix.dirname(from), id)}.md)`;
}

interface SchemaNode {
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  type?: string;
  properties?: Record<string, SchemaNode>;
  additionalProperties?: SchemaNode | boolean;
  anyOf?: SchemaNode[];
}

function configurationPage(schema: object): string {
  const rows = settings(schema as SchemaNode, '').map(
    ([name, node]) =>
      `| \`${name}\` | ${cell(node.description ?? '')}${values(node)} | ${node.default === undefined ? '' : `\`${cell(JSON.stringify(node.default))}\``} |`,
  );
  return page([
    '# Configuration',
    '',
    generated,
    '',
    'In `meatymusic.config.ts`, `.js`, `.json` or `.yaml`. Options of checks are on the [pages of the checks](checks/README.md).',
    '',
    '| setting | meaning | default |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ]);
}

/** The settings that have no settings below them, by their path; options of checks have pages of their own. */
function settings(node: SchemaNode, at: string): [string, SchemaNode][] {
  const entries = Object.entries(node.properties ?? {}).filter(([name]) => at !== '' || name !== 'options');
  return entries.flatMap(([name, child]) => {
    const below = settings(child, `${at}${name}.`);
    return below.length > 0 ? below : [[`${at}${name}`, child] as [string, SchemaNode]];
  });
}

function values({ enum: names, anyOf = [] }: SchemaNode): string {
  const all = names ?? anyOf.flatMap(({ enum: own = [], const: one }) => (one === undefined ? own : [one]));
  return all.length > 0 ? ` (${all.map((value) => `\`${String(value)}\``).join(', ')})` : '';
}

async function cliPage(): Promise<string> {
  const blocks = ['# Commands', '', generated, '', '```text', await help([]), '```', ''];
  for (const name of Object.keys(commandTable)) {
    blocks.push(`## ${name}`, '', '```text', await help([name]), '```', '');
    for (const sub of await subcommands(name)) {
      blocks.push(`### ${name} ${sub}`, '', '```text', await help([name, sub]), '```', '');
    }
  }
  return page(blocks);
}

async function help(words: readonly string[]): Promise<string> {
  const call = await parseCall([...words, '--help'], version);
  if (call.kind !== 'help') throw new TypeError(`no help of ${words.join(' ')}`);
  return call.text.trimEnd();
}

async function subcommands(name: string): Promise<string[]> {
  const [, list = ''] = /\nCommands:\n([\s\S]*?)(?:\n\n|$)/.exec(await help([name])) ?? [];
  return [...list.matchAll(/^ {2}([a-z]+)/gm)]
    .map(([, sub]) => sub as string)
    .filter((sub) => sub !== 'help');
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

/** Commands that messages and hints name: each is one that this version has, with options and names that exist. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../base/package-root.ts';
import { toolVersion } from '../base/version.ts';
import type { CheckDefinition } from '../check/define-check.ts';
import { roleOfKind } from '../check/instance.ts';
import { builtInChecks } from '../sources/built-in-checks.ts';
import { createProgram, parseCall } from './program.ts';
import { commandTable } from './table.ts';

const ids: string[] = [];
const hints = new Map<string, string>();
const roles = new Set(['api', 'web', 'database', 'cache']);
for (const [name, load] of Object.entries(await builtInChecks())) {
  const { default: check } = (await load()) as { default?: CheckDefinition };
  if (!check) continue;
  const id = name.replace(/\.ts$/, '');
  ids.push(id);
  if (check.judges) roles.add(roleOfKind(check.judges));
  for (const [code, { hint }] of Object.entries(check.codes)) hints.set(`${id} [${code}]`, hint);
}
for (const folder of ['src', 'checks']) {
  for (const name of readdirSync(path.join(packageRoot, folder), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name.endsWith('.test.ts') || /^(testing|tooling|bench)\//.test(name))
      continue;
    const text = readFileSync(path.join(packageRoot, folder, name), 'utf8');
    text.split('\n').forEach((line, index) => {
      if (/\b(?:hint|enable)\b.*['"`]/.test(line)) hints.set(`${folder}/${name}:${index + 1}`, line);
    });
  }
}

interface Named {
  place: string;
  words: string[];
}

/** The command of a sentence: its name, the names of subcommands, and what can be an option or an argument. */
function commandsIn(place: string, hint: string): Named[] {
  const text = hint.replace(/\$\{[^}]*\}/g, '<value>');
  return [...text.matchAll(/\bmeatymusic ((?:[\w<>./@=-]+|"…")(?: (?:[\w<>./@=-]+|"…"))*)/g)].flatMap(
    ([, call = '']) => {
      const [name = '', ...rest] = call.split(' ');
      if (!Object.hasOwn(commandTable, name)) return [];
      return [{ place, words: [name, ...rest] }];
    },
  );
}

/** Cuts what follows the command in the sentence. */
async function withoutProse({ words: [name = '', ...rest] }: Named): Promise<string[]> {
  const { configure } = await commandTable[name]!.load();
  let at = createProgram(toolVersion).command(name);
  configure(at, () => {});
  const kept = [name];
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index] as string;
    const child = at.commands.find((command) => command.name() === word);
    if (child) at = child;
    else if (word.startsWith('--')) {
      const option = at.options.find(({ long }) => long === word.split('=')[0]);
      const value = rest[index + 1];
      if (option?.required && !word.includes('=') && value !== undefined) {
        kept.push(word, value);
        index++;
        continue;
      }
    } else if (!isArgument(word) && !(takesName.has(name) && kept.length === 1)) break;
    kept.push(word);
  }
  return kept;
}

const areas = new Set(ids.map((id) => id.split('/')[0]));
/** Commands of which the first word that follows is a name, never prose. */
const takesName = new Set(['logs', 'verify']);
const isArgument = (word: string) => /^<.+>$|[/_]/.test(word) || roles.has(word) || areas.has(word);

const commands = [...hints].flatMap(([place, hint]) => commandsIn(place, hint));

test('there are hints with commands', () => {
  expect(commands.length).toBeGreaterThan(100);
});

test.each(commands.map((command) => [command.place, command.words.join(' '), command] as const))(
  '%s: meatymusic %s',
  async (_place, _text, command) => {
    const words = await withoutProse(command);
    const call = await parseCall(
      words.map((word) => (word === '<value>' ? '5s' : word)),
      toolVersion,
    );
    const isHelp = words.includes('--help') || words.join() === 'checks';
    expect(call.kind).toBe(isHelp ? 'help' : 'action');
    for (const word of words)
      if (/^\w+\/[\w-]+$/.test(word) && areas.has(word.split('/')[0])) expect(ids).toContain(word);
    const [name, service] = words;
    if (
      name === 'logs' &&
      service &&
      !service.startsWith('-') &&
      service !== 'check' &&
      !service.startsWith('<')
    )
      expect([...roles]).toContain(service);
  },
);

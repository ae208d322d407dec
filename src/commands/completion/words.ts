import type { Command, Option } from 'commander';
import type { Check } from '../../check/define-check.ts';
import { reporterNames } from '../../reporters/index.ts';
import { serviceNames, standardNames } from '../../services/index.ts';
import { loadAllChecks } from '../../session/all-checks.ts';
import { findBuiltInChecks } from '../../sources/check-modules.ts';
import { makeChecks } from '../../sources/make-checks.ts';
import { openProject } from '../context.ts';
import type { Invocation } from '../invocation.ts';
import { addCommand, createProgram } from '../program.ts';
import { commandTable } from '../table.ts';

/** Placeholder for the names of files, which the shell knows best. */
const files = ':files';

/** What may stand at the place of the last word, whatever of it is typed already. Never rejects: a shell would print it. */
export async function complete(typed: readonly string[], invocation: Invocation): Promise<string[]> {
  const before = typed.slice(0, -1);
  const word = typed.at(-1) ?? '';
  const { program, command, awaiting } = await follow(before);
  const source = {
    checks: () => checksOf(invocation),
    services: () => servicesOf(invocation),
    environments: () => environmentsOf(invocation),
  };
  const [flag, value] = splitFlag(word);
  if (value !== undefined) {
    const option = optionsOf(program, command).find(({ long, short }) => long === flag || short === flag);
    const values = option ? await valuesOf(option, source) : [];
    return values.includes(files) ? [files] : values.map((each) => `${flag}=${each}`);
  }
  if (awaiting) return starting(word, await valuesOf(awaiting, source));
  if (word.startsWith('-')) {
    return starting(word, [
      ...optionsOf(program, command).flatMap(({ long, hidden }) => (long && !hidden ? [long] : [])),
      '--help',
    ]);
  }
  const names = visibleCommands(command).map((child) => child.name());
  return starting(word, [...names, ...(await argumentsOf(command, source))]);
}

interface Sources {
  checks(): Promise<Check[]>;
  services(): Promise<readonly string[]>;
  environments(): Promise<readonly string[]>;
}

/** The command that the words so far lead to, and the option that still wants its value. */
async function follow(words: readonly string[]) {
  const program = createProgram('');
  let command = program;
  let awaiting: Option | undefined;
  for (const name of Object.keys(commandTable)) addCommand(program, name);
  for (const word of words) {
    if (awaiting) {
      awaiting = undefined;
      continue;
    }
    if (word.startsWith('-')) {
      const option = optionsOf(program, command).find(({ long, short }) => long === word || short === word);
      if (option?.required || option?.optional) awaiting = option;
      continue;
    }
    const child = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (!child) continue;
    if (command === program) (await commandTable[word]?.load())?.configure(child, () => {});
    command = child;
  }
  return { program, command, awaiting };
}

function optionsOf(program: Command, command: Command): Option[] {
  const own: Option[] = [];
  for (let at: Command | null = command; at; at = at.parent) own.push(...at.options);
  return command === program ? own : own.filter(({ long }) => long !== '--version');
}

function visibleCommands(command: Command): Command[] {
  return command.createHelp().visibleCommands(command);
}

async function valuesOf(
  { argChoices, flags, long }: Option,
  { checks, environments }: Sources,
): Promise<string[]> {
  if (argChoices) return [...argChoices];
  if (long === '--env') return [...(await environments())];
  const placeholder = /[<[](.+)[>\]]/.exec(flags)?.[1] ?? '';
  if (/^(file|folder|dir|path)/.test(placeholder)) return [files];
  if (placeholder.startsWith('name[=')) return [...reporterNames];
  if (placeholder === 'tag') return [...new Set((await checks()).flatMap(({ tags = [] }) => tags))].sort();
  if (/^(pattern|id)/.test(placeholder)) return namesOf(await checks());
  return [];
}

async function argumentsOf(command: Command, { checks, services }: Sources): Promise<string[]> {
  const found = await Promise.all(
    command.registeredArguments.map(async (argument) => {
      if (argument.argChoices) return argument.argChoices;
      const name = argument.name();
      if (/^patterns?$/.test(name)) {
        const ofServices = (await services()).map((service) => `@${service}`);
        return [...namesOf(await checks()), ...ofServices];
      }
      if (/^ids?$/.test(name)) return namesOf(await checks());
      if (/^services?$/.test(name)) return services();
      return /^(file|folder|dir)/.test(name) ? [files] : [];
    }),
  );
  // `checks` alone is `checks list`; what only `list` takes is not offered beside the commands.
  return found.flat();
}

/** Ids, and areas for those who want all of one. */
function namesOf(checks: readonly Check[]): string[] {
  return [...new Set(checks.flatMap(({ id }) => [id.split('/')[0] as string, id]))];
}

/** The project's checks; where the configuration is broken, the built-in ones. */
async function checksOf(invocation: Invocation): Promise<Check[]> {
  try {
    return (await loadAllChecks(await openProject(invocation), {}, invocation.signal)).checks;
  } catch {
    return makeChecks([await findBuiltInChecks()]);
  }
}

/** The project's services; where the configuration is broken, those of the contract. */
async function servicesOf(invocation: Invocation): Promise<readonly string[]> {
  try {
    return serviceNames((await openProject(invocation)).config.services);
  } catch {
    return standardNames;
  }
}

async function environmentsOf(invocation: Invocation): Promise<readonly string[]> {
  try {
    const { environment: _, ...withoutChoice } = invocation;
    return (await openProject(withoutChoice)).environments ?? [];
  } catch {
    return [];
  }
}

function starting(word: string, candidates: readonly string[]): string[] {
  return candidates.filter((candidate) => candidate === files || candidate.startsWith(word));
}

function splitFlag(word: string): [flag: string, value: string | undefined] {
  const at = word.indexOf('=');
  return word.startsWith('--') && at !== -1 ? [word.slice(0, at), word.slice(at + 1)] : [word, undefined];
}

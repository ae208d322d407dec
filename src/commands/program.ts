import { Command, CommanderError, type Option } from 'commander';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { FaultCode } from '../base/fault-codes.ts';
import { nearest } from '../base/nearest.ts';
import { foldHelp } from './fold-help.ts';
import type { Action } from './invocation.ts';
import { commandTable } from './table.ts';

export interface GlobalOptions {
  config?: string;
  cwd?: string;
  env?: string;
  quiet?: boolean;
  verbose?: boolean;
}

/** What the arguments ask for: help to print, or an action with its options. */
export type Call =
  | { kind: 'help'; text: string; exitCode: ExitCode }
  | {
      kind: 'action';
      action: Action;
      options: Record<string, unknown>;
      args: string[];
      globals: GlobalOptions;
    };

/** Parses the arguments; loads the module of the one command that they name. Rejects with a usage `Fault`. */
export async function parseCall(given: readonly string[], version: string): Promise<Call> {
  const argv = withHelpBehind(given);
  let text = '';
  let called: Call | undefined;
  const program = createProgram(version);
  const name = commandName(argv);
  if (name !== undefined && !Object.hasOwn(commandTable, name)) throw unknownCommand(name);
  if (name === undefined) {
    for (const each of Object.keys(commandTable)) addCommand(program, each);
  } else {
    const command = addCommand(program, name);
    const { configure } = await commandTable[name]!.load();
    configure(command, (target, action) => {
      target.action(() => {
        called = {
          kind: 'action',
          action,
          options: target.opts(),
          args: target.args,
          globals: program.opts(),
        };
      });
    });
  }
  everyCommand(program, (command) => {
    const columns = command.configureOutput().getOutHelpWidth?.() ?? 80;
    const keep = (part: string) => {
      text += foldHelp(part, columns);
    };
    command.exitOverride().configureOutput({ writeOut: keep, writeErr: keep });
  });
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'help', text, exitCode: ExitCode.ok };
    if (error.code === 'commander.help') return { kind: 'help', text, exitCode: ExitCode.usage };
    throw usageFault(error, program, argv);
  }
  if (!called) throw new Error(`the command ${name} has no action`);
  return called;
}

/** `help x` and `--help x` are `x --help`: only then is the command known whose help is wanted. */
function withHelpBehind(argv: readonly string[]): readonly string[] {
  const [first = 'help', ...rest] = argv;
  if (first === 'help') return [...rest, '--help'];
  const others = argv.filter((word) => word !== '--help' && word !== '-h');
  return others.length < argv.length ? [...others, '--help'] : argv;
}

/** The program with its global options, without commands. */
export function createProgram(version: string): Command {
  return new Command('meatymusic')
    .description(
      'Starts a service stack and proves, check by check and with evidence, that it is wired together.',
    )
    .version(version, '-V, --version', 'print the version')
    .option(
      '--config <file>',
      'configuration file (default: the nearest one, from the working folder upwards)',
    )
    .option('--env <name>', 'environment of the configuration; its settings override the rest of the file')
    .option('--cwd <folder>', 'run as if started in this folder')
    .option('-q, --quiet', 'print only what did not pass, and the result')
    .option('--verbose', 'print more details, and stack traces of unexpected errors')
    .option('--no-color', 'disable colours and animation (same as NO_COLOR)')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .addHelpText('after', programExamples);
}

const programExamples = `
Examples:
  $ meatymusic up                         start, migrate and verify the whole stack
  $ meatymusic verify 'database/*'        run the checks of one area
  $ meatymusic checks explain api/health  show what a check verifies and how it can fail
  $ meatymusic down                       stop the stack

Exit codes: 0 all required checks passed, 1 a check failed, 2 invalid usage, 69 environment, 70 internal error, 73 cannot write,
75 locked, 78 configuration error, 124 deadline passed, 130 interrupted.`;

export function addCommand(program: Command, name: string): Command {
  const { summary } = commandTable[name]!;
  return program
    .command(name)
    .summary(summary)
    .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`);
}

/** The first argument that is neither a global flag nor its value. */
export function commandName(argv: readonly string[]): string | undefined {
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] as string;
    if (word === '--config' || word === '--cwd' || word === '--env') index++;
    else if (!word.startsWith('-')) return word;
  }
  return undefined;
}

export function everyCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) everyCommand(child, visit);
}

/** Before anything is parsed, so that `upp --help` is not answered with the help of the whole. */
function unknownCommand(name: string): Fault {
  const near =
    nearest(name, Object.keys(commandTable)) ??
    Object.keys(commandTable).find((each) => each.startsWith(name));
  return new Fault({
    code: 'unknown-command',
    message: `unknown command '${name}'`,
    hint: [near && `Did you mean ${near}?`, 'See: meatymusic --help'].filter(Boolean).join(' '),
    exitCode: ExitCode.usage,
  });
}

/** Codes of Commander and ours. */
const usageCodes: Readonly<Record<string, FaultCode>> = {
  'commander.conflictingOption': 'conflicting-option',
  'commander.excessArguments': 'excess-arguments',
  'commander.invalidArgument': 'invalid-argument',
  'commander.missingArgument': 'missing-argument',
  'commander.missingMandatoryOptionValue': 'missing-mandatory-option-value',
  'commander.optionMissingArgument': 'option-missing-argument',
  'commander.unknownCommand': 'unknown-command',
  'commander.unknownOption': 'unknown-option',
};

function usageFault(error: CommanderError, program: Command, argv: readonly string[]): Fault {
  const [message = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = rest.join(' ').replace(/^\(|\)$/g, '');
  return new Fault({
    code: usageCodes[error.code] ?? 'usage',
    message,
    hint: [suggestion || nearestChoice(message, program), `See: ${helpCall(program, argv)}`]
      .filter(Boolean)
      .join(' '),
    exitCode: ExitCode.usage,
  });
}

/** For a value that is none of an option's choices: the one that was meant. */
function nearestChoice(message: string, program: Command): string | undefined {
  const [, flags, value] = /option '(.+)' argument '(.*)' is invalid\. Allowed choices/.exec(message) ?? [];
  if (!flags || value === undefined) return undefined;
  const options: Option[] = [];
  everyCommand(program, (command) => options.push(...command.options));
  const choices = options.find((option) => option.flags === flags)?.argChoices ?? [];
  const near = nearest(value, choices);
  return near && `Did you mean ${near}?`;
}

/** The narrowest help that exists for what was called. */
function helpCall(program: Command, argv: readonly string[]): string {
  const names = ['meatymusic'];
  let at = program;
  for (const word of argv) {
    const child = at.commands.find((command) => command.name() === word);
    if (!child) continue;
    names.push(word);
    at = child;
  }
  return `${names.join(' ')} --help`;
}

import { Command, CommanderError } from 'commander';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { Action, CommandModule } from './invocation.ts';
import { commandTable } from './table.ts';

export interface GlobalOptions {
  config?: string;
  cwd?: string;
  quiet?: boolean;
  verbose?: boolean;
}

/** What the arguments ask for: text to print, or an action with its options. */
export type Call =
  | { kind: 'text'; text: string }
  | {
      kind: 'action';
      action: Action;
      options: Record<string, unknown>;
      args: string[];
      globals: GlobalOptions;
    };

/** Parses the arguments; loads the module of the one command that they name. Rejects with a usage `Fault`. */
export async function buildProgram(argv: readonly string[], version: string): Promise<Call> {
  let text = '';
  let errors = '';
  let called: Call | undefined;
  const program = createProgram(version);
  const act = (command: Command, action: Action) => {
    command.action(() => {
      called = {
        kind: 'action',
        action,
        options: command.opts(),
        args: command.args,
        globals: program.opts(),
      };
    });
  };
  const name = commandName(argv);
  for (const [entryName, { summary, load }] of Object.entries(commandTable)) {
    const command = program.command(entryName).summary(summary).description(summary);
    if (entryName === name)
      (await load()).configure(command, act satisfies Parameters<CommandModule['configure']>[1]);
  }
  everyCommand(program, (command) =>
    command
      .exitOverride()
      .configureOutput({ writeOut: (part) => (text += part), writeErr: (part) => (errors += part) }),
  );
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'text', text };
    if (error.code === 'commander.help') return { kind: 'text', text: text || errors };
    throw usageFault(error);
  }
  return called ?? { kind: 'text', text: text || program.helpInformation() };
}

function createProgram(version: string): Command {
  return new Command('meatymusic')
    .description(
      'Starts a service stack and proves, check by check and with evidence, that it is wired together.',
    )
    .version(version, '-V, --version', 'print the version')
    .option('--config <file>', 'configuration file (default: found upwards from the working folder)')
    .option('--cwd <folder>', 'work as if started in this folder')
    .option('-q, --quiet', 'results and errors only')
    .option('--verbose', 'more about what happens; stack traces of unexpected errors')
    .option('--no-color', 'no colours and no animation (NO_COLOR does the same)')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      `
Examples:
  $ meatymusic up                      start, migrate and verify the whole stack
  $ meatymusic verify 'database/*'     only the checks of one area
  $ meatymusic checks explain api/health
  $ meatymusic down`,
    );
}

/** The first argument that is neither a global flag nor its value. */
function commandName(argv: readonly string[]): string | undefined {
  const words = argv[0] === 'help' ? argv.slice(1) : argv;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    if (word === '--config' || word === '--cwd') index++;
    else if (!word.startsWith('-')) return word;
  }
  return undefined;
}

export function everyCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) everyCommand(child, visit);
}

function usageFault(error: CommanderError): Fault {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  return new Fault({
    code: error.code.replace(/^commander\./, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    message: first,
    hint: rest.join(' ').replace(/^\(|\)$/g, '') || 'meatymusic --help',
    exitCode: ExitCode.usage,
    cause: error,
  });
}

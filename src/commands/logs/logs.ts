import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../../base/duration.ts';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { nearest } from '../../base/nearest.ts';
import { inertJson } from '../../reporters/inert.ts';
import { findRuntime } from '../../runners/choose.ts';
import type { Runtime } from '../../runners/runtime.ts';
import type { Action, CommandModule } from '../invocation.ts';
import { openStackProject } from '../stack-project.ts';
import { configure as configureCheck } from './check.ts';
import { createLogPrinter, type LogPrinter } from './printer.ts';

interface LogFlags {
  follow?: boolean;
  since?: number;
  tail?: number;
  json?: boolean;
}

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .description('Show the logs of the services; structured lines are pretty-printed.')
    .argument('[services...]', 'api, web, database, cache, or a service of your compose file (default: all)')
    .option('-f, --follow', 'keep printing new lines until Ctrl-C')
    .option('--since <duration>', 'print only lines of this period: 30s, 5m, 2h', since)
    .option('--tail <lines>', 'print only the last lines of each service', tail)
    .option('--json', 'print the lines unchanged; for several services, one object {service, line} per line')
    .addHelpText(
      'after',
      `
Examples:
  $ meatymusic logs api --since 5m
  $ meatymusic logs --follow
  $ meatymusic logs api --json | jq -R 'fromjson? | .trace_id'`,
    );
  act(command, logs);
  configureCheck(command.command('check'), act);
};

const logs: Action = async (invocation, options, services) => {
  const { follow = false, since: sinceMs, tail: tailLines, json } = options as LogFlags;
  const project = await openStackProject(invocation);
  const { runtime } = await findRuntime(project);
  const { stdout, signal } = invocation;
  const wanted = await known(services, runtime);
  const printer = json ? rawPrinter(wanted.length === 1) : createLogPrinter(stdout);
  const lines = runtime.logs({
    follow,
    signal,
    ...(wanted.length === 0 ? {} : { services: wanted }),
    ...(sinceMs === undefined ? {} : { sinceMs: Date.now() - sinceMs }),
    ...(tailLines === undefined ? {} : { tail: tailLines }),
  });
  for await (const line of lines) await stdout.write(printer.print(line));
  await stdout.write(printer.end());
  signal.throwIfAborted();
  return ExitCode.ok;
};

function rawPrinter(bare: boolean): LogPrinter {
  return {
    print: ({ service, text }) => `${inertJson(bare ? text : JSON.stringify({ service, line: text }))}\n`,
    end: () => '',
  };
}

/** A misspelt service would give an empty log, which looks like a silent one. */
async function known(services: readonly string[], runtime: Runtime): Promise<string[]> {
  if (services.length === 0) return [];
  const status = await runtime.status();
  const names = [...new Set(status.flatMap(({ service, role = service }) => [service, role]))];
  for (const service of services) {
    if (names.includes(service)) continue;
    const near = nearest(service, names);
    throw new Fault({
      code: 'unknown-service',
      message: `the stack has no service ${service}`,
      hint: near ? `did you mean ${near}?` : `it has ${names.join(', ')}`,
      exitCode: ExitCode.usage,
    });
  }
  return services.map((name) => status.find(({ role }) => role === name)?.service ?? name);
}

function since(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('Write 30s, 5m or 2h.');
  return ms;
}

function tail(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('Write a number of lines.');
  return value;
}

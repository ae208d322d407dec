import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { formatDuration } from '../../base/duration.ts';
import { Fault, messageOf } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { FaultCode } from '../../base/fault-codes.ts';
import { nearest } from '../../base/nearest.ts';
import { portsOf } from '../listening-sockets.ts';
import { describeTaken, isFree, portTakenHint } from './ports.ts';
import { programName } from './program-name.ts';
import type { ServiceRun } from './run.ts';

interface Reason {
  code: FaultCode;
  message: string;
  hint: string;
  exitCode?: ExitCode;
}

const notFoundCode = 127;
const takenLine = /EADDRINUSE|address already in use/i;

/** Resolves to the `Fault` for a service whose first process has ended, with the last lines of its log. */
export async function explainExit(run: ServiceRun): Promise<Fault> {
  const { spec } = run;
  const usual: Reason = {
    code: 'service-exited',
    message: `${spec.name} ${run.describeExit()}`,
    hint: `meatymusic logs ${spec.name}`,
  };
  const known =
    notStarted(run) ?? missingProgram(run) ?? dataInUse(run) ?? (await portTaken(run)) ?? left(run);
  return fault(run, known ?? usual);
}

/** Resolves to the `Fault` for a service that was not ready in time. */
export async function explainTimeout(run: ServiceRun, withinMs: number, why: unknown): Promise<Fault> {
  const { spec } = run;
  const others = await otherPorts(run);
  const late = `${spec.name} was not healthy within ${formatDuration(withinMs)}: ${messageOf(why)}`;
  if (others.length > 0) {
    return fault(run, {
      code: 'wrong-port',
      message: `${late}; it listens on port ${others.join(', ')} instead`,
      hint: `let its command use the variable PORT or {port}, or write that port into services.${spec.name}.url`,
      exitCode: ExitCode.deadline,
    });
  }
  const taken = await portTaken(run);
  if (taken) return fault(run, { ...taken, message: `${late}: ${taken.message}` });
  return fault(run, {
    code: 'start-timeout',
    message: late,
    hint: `give it longer with --timeout; meatymusic logs ${spec.name}`,
    exitCode: ExitCode.deadline,
  });
}

/** Resolves to what a service that is not ready yet is waiting for. */
export async function explainWaiting(run: ServiceRun, why: unknown): Promise<string> {
  const others = await otherPorts(run);
  return `${messageOf(why)}${others.length > 0 ? `; it listens on port ${others.join(', ')}` : ''}`;
}

/** Resolves to the ports on which a service listens that does not listen on its own. */
async function otherPorts(run: ServiceRun): Promise<number[]> {
  const { port } = run.spec;
  if (port === undefined || run.exit || (await run.address()) !== undefined) return [];
  return (await portsOf(run.pids())).filter((each) => each !== port);
}

function fault(run: ServiceRun, { exitCode = ExitCode.unavailable, ...reason }: Reason): Fault {
  return new Fault({ ...reason, exitCode, details: run.lastLines() });
}

function notStarted({ spec, exit }: ServiceRun): Reason | undefined {
  if (!exit?.error) return undefined;
  if (!existsSync(spec.cwd)) {
    return {
      code: 'folder-missing',
      message: `${spec.name} cannot be started: there is no folder ${spec.cwd}`,
      hint: `correct services.${spec.name}.start.cwd`,
      exitCode: ExitCode.config,
    };
  }
  return {
    code: 'service-not-started',
    message: `${spec.name} cannot be started: ${exit.error.message}`,
    hint: `meatymusic logs ${spec.name}`,
  };
}

/** The shell ends with 127 if it does not find the program of a command. */
function missingProgram(run: ServiceRun): Reason | undefined {
  const { spec, exit } = run;
  if (!('shell' in spec.program) || exit?.code !== notFoundCode) return undefined;
  const program = programName(spec.program.shell);
  const said = run
    .lastLines()
    .some((line) => line.includes(`${program}: not found`) || line.includes(`${program}: command not found`));
  if (!said) return undefined;
  return {
    code: 'command-not-found',
    message: `${spec.name} cannot be started: there is no program \`${program}\``,
    hint: suggestProgram(program, spec.cwd, spec.environment.PATH ?? ''),
    exitCode: ExitCode.config,
  };
}

/** Folders in which package managers and virtual environments put programs. */
const localFolders = ['node_modules/.bin', '.venv/bin', 'venv/bin'];

function suggestProgram(program: string, cwd: string, searchPath: string): string {
  const local = localFolders.find((folder) => existsSync(path.join(cwd, folder, program)));
  if (local !== undefined) return `it is in ${local}: write \`${path.join(local, program)}\``;
  const folders = [
    ...localFolders.map((folder) => path.join(cwd, folder)),
    ...searchPath.split(path.delimiter).filter(Boolean),
  ];
  const near = nearest(program, [...new Set(folders.flatMap(namesIn))]);
  return near === undefined
    ? 'install it, or correct the command'
    : `did you mean \`${near}\`? Otherwise install ${program}`;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function dataInUse(run: ServiceRun): Reason | undefined {
  const line = run.lastLines().find((each) => each.includes('data-folder-in-use'));
  if (line === undefined) return undefined;
  return {
    code: 'data-folder-in-use',
    message: `${run.spec.name} ${run.describeExit()}: ${/"message":"([^"]*)"/.exec(line)?.[1] ?? 'data folder in use'}`,
    hint: 'stop the stack that uses it: meatymusic down, in its folder',
  };
}

/** Its log names a port in use: its own that another process took, or one that it was not given. */
async function portTaken(run: ServiceRun): Promise<Reason | undefined> {
  const { name, port, furtherPorts, wantedPort } = run.spec;
  if (port === undefined || !run.lastLines().some((line) => takenLine.test(line))) return undefined;
  const said = `${name} ${run.exit ? run.describeExit() : 'is not ready'}`;
  const own = run.exit ? [] : await portsOf(run.pids());
  for (const each of [port, ...furtherPorts]) {
    if (own.includes(each) || (await isFree(each))) continue;
    return {
      code: 'port-taken',
      message: `${said}: ${await describeTaken(each, name)}`,
      hint: portTakenHint,
    };
  }
  if (wantedPort !== undefined && !(await isFree(wantedPort))) {
    return {
      code: 'port-ignored',
      message: `${said}: ${await describeTaken(wantedPort, name)}, and its command does not use port ${port}, which it was given`,
      hint: `let the command of ${name} use the variable PORT or {port}, or free port ${wantedPort}`,
    };
  }
  return undefined;
}

/** A command that starts a server in the background and ends. */
function left({ spec, exit }: ServiceRun): Reason | undefined {
  const [first] = exit?.left ?? [];
  if (exit?.code !== 0 || !first) return undefined;
  const others = exit.left.length > 1 ? ` and ${exit.left.length - 1} more` : '';
  return {
    code: 'service-in-background',
    message: `the command of ${spec.name} ended with exit code 0 and left process ${first.pid}${others} running; that was stopped`,
    hint: `start it in the foreground: without \`&\` and without an option such as --daemon`,
  };
}

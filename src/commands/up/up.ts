import { type Command, Option } from 'commander';
import type { UpResult } from '../../api.ts';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { RunResult } from '../../check/result.ts';
import type { Project } from '../../config/project.ts';
import type { OpenReport } from '../../reporters/index.ts';
import { inertJson } from '../../reporters/inert.ts';
import { chooseRuntime } from '../../runners/choose.ts';
import type { Runtime, RuntimeName } from '../../runners/runtime.ts';
import { isRunning, startStack, stopAborted } from '../../session/start-stack.ts';
import { givenFlags } from '../given-flags.ts';
import type { Action, CommandModule, Invocation } from '../invocation.ts';
import { duration, several } from '../option-values.ts';
import { mostSevereExitCode } from '../process.ts';
import { openStackProject } from '../stack-project.ts';
import { lineFor } from '../style.ts';
import { withSpinner } from '../with-spinner.ts';
import { addresses, masked } from './addresses.ts';
import { stayInForeground } from './foreground.ts';
import { createProgress } from './progress.ts';

interface UpFlags {
  runtime?: 'auto' | 'compose' | 'embedded';
  verify: boolean;
  migrate: boolean;
  otlp?: boolean;
  foreground?: boolean;
  ports?: 'auto' | 'fixed';
  stableFor?: string;
  timeout?: string;
  reporter?: string[];
  json?: boolean;
}

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .description(
      'Start the stack, migrate its database and verify it. Services that are already running are kept.',
    )
    .addOption(
      new Option(
        '--runtime <name>',
        'where to run the services (default: `runtime` of the configuration, otherwise auto)',
      ).choices(['auto', 'compose', 'embedded']),
    )
    .option('--no-verify', 'only start and migrate')
    .option('--no-migrate', 'do not migrate the database')
    .option('--otlp', 'start an OTLP receiver; services send their spans to it instead of printing them')
    .option('--foreground', 'stay in the foreground, print the logs, and stop the stack on Ctrl-C')
    .addOption(
      new Option(
        '--watch',
        'after each change, migrate and verify what it affects; keys as in `verify --watch`',
      ).conflicts(['foreground', 'json']),
    )
    .addOption(
      new Option(
        '--ports <mode>',
        'what to do if a port is taken: use another one (auto, the default) or fail (fixed)',
      ).choices(['auto', 'fixed']),
    )
    .option('--stable-for <duration>', 'require every service to stay healthy for this long (0s)', duration)
    .option('--timeout <duration>', 'maximum time until every service is healthy (3m)', duration)
    .option(
      '--reporter <name[=file]>',
      'format of the report, and a file to write it to; repeatable (pretty)',
      several,
    )
    .option('--json', 'print one JSON document to standard output')
    .addHelpText(
      'after',
      `
The auto runtime uses compose if a Docker daemon answers, and embedded otherwise: a database in WebAssembly, Redis or a
stand-in, the reference API and web app, all as processes on this machine. The stack keeps running after the command
ends; stop it with \`meatymusic down\`.
Exit codes: those of \`verify\`; 69 if a service could not be started, 75 if another command is starting the stack, 124
if it was not healthy within --timeout.

Examples:
  $ meatymusic up
  $ meatymusic up --runtime embedded --no-verify
  $ meatymusic up --otlp --no-verify && meatymusic verify 'observability/*'
  $ meatymusic up --ports fixed --stable-for 5s --reporter junit=report.xml
  $ meatymusic up --foreground`,
    );
  act(command, (invocation, options, args) =>
    options.watch ? watchUp(invocation, command) : up(invocation, options, args),
  );
};

/** Runs this call again at each change that touches all, which adopts what runs; else only the touched checks. */
const watchUp = async (invocation: Invocation, command: Command) => {
  const { assertTerminal, watch } = await import('../watch/watch.ts');
  assertTerminal(invocation);
  const { reporter, verify } = command.opts<UpFlags>();
  if (!verify) {
    throw new Fault({
      code: 'bad-watch',
      message: '--watch runs checks, and --no-verify runs none',
      hint: 'leave out one of them',
      exitCode: ExitCode.usage,
    });
  }
  const reporters = (reporter ?? []).map((text) => `--reporter=${text}`);
  return watch(invocation, {
    all: ['up', ...givenFlags(command, ['watch'])],
    some: (patterns) => ['verify', ...reporters, '--', ...patterns],
    hasReporters: reporter !== undefined,
  });
};

const up: Action = async (invocation, options) => {
  const flags = options as unknown as UpFlags;
  const reporters = [...(await absolute(flags.reporter, invocation)), ...(flags.json ? ['json'] : [])];
  const project = await openStackProject(invocation, [
    { path: 'up.ports', value: flags.ports, flag: '--ports' },
    { path: 'up.timeout', value: flags.timeout, flag: '--timeout' },
    { path: 'up.stableFor', value: flags.stableFor, flag: '--stable-for' },
    { path: 'up.verify', value: flags.verify ? undefined : false, flag: '--no-verify' },
    { path: 'services.telemetry.receiver.enabled', value: flags.otlp, flag: '--otlp' },
    { path: 'migrations.enabled', value: flags.migrate ? undefined : false, flag: '--no-migrate' },
    { path: 'verify.reporters', value: reporters.length > 0 ? reporters : undefined, flag: '--reporter' },
  ]);
  const { runtime, reason } = await withSpinner(invocation, 'looking for a Docker daemon', () =>
    chooseRuntime({ ...project, ...(flags.runtime ? { wanted: flags.runtime } : {}) }),
  );
  // What verifies is loaded while the services start.
  const willVerify = project.config.up.verify;
  if (willVerify) void import('../verify/run.ts');
  const reports = willVerify ? await openReports(project, invocation) : [];
  const adopted = await isRunning(runtime);
  const progress = await createProgress(invocation.stderr, invocation.quiet);
  progress.say(`${'runtime'.padEnd(12)} ${runtime.name} (${reason})`);
  if (project.file === undefined && runtime.isReferenceStack && !adopted)
    progress.say('starting the bundled demo stack; `meatymusic init` describes yours', 'note');
  try {
    const { signal } = invocation;
    const started = await startStack(project, runtime, { signal, onEvent: progress.onEvent });
    await progress.end();
    if (!invocation.quiet) {
      await invocation.stderr.write(addresses(invocation.stderr, started.endpoints));
    }
    const stack = { runtime: runtime.name, reason, adopted, ...started };
    const how = { reports, json: flags.json === true, runtime: runtime.defaultWay ?? runtime.name };
    const verified = await verify(invocation, project, stack, how);
    signal.throwIfAborted();
    if (!flags.foreground) return verified;
    const stayed = await stayInForeground(invocation, runtime);
    return mostSevereExitCode([verified, stayed]) as ExitCode;
  } catch (error) {
    await progress.end();
    throw error;
  } finally {
    if (invocation.signal.aborted && (!adopted || flags.foreground)) await stop(invocation, runtime);
  }
};

async function absolute(reporters: readonly string[] | undefined, { cwd }: Invocation): Promise<string[]> {
  if (!reporters) return [];
  const { withAbsoluteReporter } = await import('../../reporters/index.ts');
  return reporters.map((text) => withAbsoluteReporter(text, cwd));
}

async function openReports(project: Project, { signal }: Invocation): Promise<OpenReport[]> {
  const { openReportsOf } = await import('../verify/open-reports.ts');
  return openReportsOf(project, signal);
}

interface VerifyStarted {
  reports: OpenReport[];
  /** The report on standard output is the document of this command, the verification a part of it. */
  json: boolean;
  runtime: RuntimeName;
}

async function verify(
  invocation: Invocation,
  project: Project,
  stack: UpResult,
  { reports, json, runtime }: VerifyStarted,
): Promise<ExitCode> {
  const render = (verification: RunResult | null) => upDocument(stack, verification);
  if (!project.config.up.verify) {
    if (json) await invocation.stdout.write(render(null));
    return ExitCode.ok;
  }
  const own = reports.map((report) =>
    json && report.file === undefined ? { ...report, reporter: { render } } : report,
  );
  const { runVerify } = await import('../verify/run.ts');
  return runVerify(invocation, project, own, { runtime });
}

/** Returns the document of `up --json`; passwords are masked. */
function upDocument({ endpoints, migrations, ...stack }: UpResult, verification: RunResult | null): string {
  const document = { ...stack, endpoints: masked(endpoints), migrations: migrations ?? null, verification };
  return `${inertJson(JSON.stringify(document, undefined, 2))}\n`;
}

/** Stops what this call started. */
async function stop({ stderr, quiet }: Invocation, runtime: Runtime): Promise<void> {
  const stopped = await stopAborted(runtime);
  if (!quiet && stopped.length > 0) await stderr.write(lineFor(stderr, `stopped ${stopped.join(', ')}`));
}

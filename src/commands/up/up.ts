import { Option } from 'commander';
import { type Endpoint, urlOf } from '../../base/endpoint.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { Project } from '../../config/project.ts';
import { withAbsoluteReporter } from '../../reporters/index.ts';
import { chooseRuntime } from '../../runners/choose.ts';
import type { Runtime } from '../../runners/runtime.ts';
import { openProject } from '../context.ts';
import type { Action, CommandModule, Invocation, Output } from '../invocation.ts';
import { learnSecretsOfChecks } from '../learn-checks.ts';
import { duration, several } from '../option-values.ts';
import { gravest } from '../process.ts';
import { lineFor } from '../style.ts';
import { waiting } from '../waiting.ts';
import { addresses, masked } from './addresses.ts';
import { stayInForeground } from './foreground.ts';
import { createProgress } from './progress.ts';
import { start } from './start.ts';

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

/** Time to take away what this call started; together with the rest less than five seconds after Ctrl-C. */
const cleanUpMs = 4500;

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .description('Start the stack, migrate its database and verify it. What runs already is left alone.')
    .addOption(
      new Option(
        '--runtime <name>',
        'what holds the stack; default: `runtime` of the configuration, else auto',
      ).choices(['auto', 'compose', 'embedded']),
    )
    .option('--no-verify', 'start and migrate only')
    .option('--no-migrate', 'leave the database as it is')
    .option('--otlp', 'the services send their spans to a receiver of the stack, and print none')
    .option('--foreground', 'stay, show the logs, and stop the stack at Ctrl-C')
    .addOption(
      new Option(
        '--ports <mode>',
        'auto (default): another port where one is taken; fixed: an error',
      ).choices(['auto', 'fixed']),
    )
    .option('--stable-for <duration>', 'everything has to stay healthy for this long (0s)', duration)
    .option('--timeout <duration>', 'longest time until everything is healthy (3m)', duration)
    .option(
      '--reporter <name[=file]>',
      'how to report the verification; may be given several times (pretty)',
      several,
    )
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      `
auto takes compose where a Docker daemon answers, else embedded: a database in WebAssembly, Redis or a stand-in, the
reference API and web app, as processes of this machine. The stack outlives the command; \`meatymusic down\` ends it.
Exit codes: those of \`verify\`, and 69 when something could not be started, 75 when another call is starting it, 124
when it was not healthy within --timeout.

Examples:
  $ meatymusic up
  $ meatymusic up --runtime embedded --no-verify
  $ meatymusic up --otlp --no-verify && meatymusic verify 'observability/*'
  $ meatymusic up --ports fixed --stable-for 5s --reporter junit=report.xml
  $ meatymusic up --foreground`,
    );
  act(command, up);
};

const up: Action = async (invocation, options) => {
  const flags = options as unknown as UpFlags;
  const own = (flags.reporter ?? []).map((text) => withAbsoluteReporter(text, invocation.cwd));
  const reporters = [...own, ...(flags.json ? ['json'] : [])];
  const project = await openProject(invocation, [
    { path: 'up.ports', value: flags.ports, flag: '--ports' },
    { path: 'up.timeout', value: flags.timeout, flag: '--timeout' },
    { path: 'up.stableFor', value: flags.stableFor, flag: '--stable-for' },
    { path: 'up.verify', value: flags.verify ? undefined : false, flag: '--no-verify' },
    { path: 'services.telemetry.receiver.enabled', value: flags.otlp, flag: '--otlp' },
    { path: 'migrations.enabled', value: flags.migrate ? undefined : false, flag: '--no-migrate' },
    { path: 'verify.reporters', value: reporters.length > 0 ? reporters : undefined, flag: '--reporter' },
  ]);
  await learnSecretsOfChecks(project);
  const { runtime, reason } = await waiting(invocation, 'looking for a Docker daemon', () =>
    chooseRuntime({ ...project, ...(flags.runtime ? { wanted: flags.runtime } : {}) }),
  );
  const before = await runtime.endpoints();
  const wasUp = Object.values<Endpoint>(before ?? {}).some((endpoint) => urlOf(endpoint) !== undefined);
  const progress = await createProgress(invocation.stderr, invocation.quiet);
  progress.say(`${'runtime'.padEnd(12)} ${runtime.name} (${reason})`);
  try {
    const { endpoints, migrated } = await start(invocation, project, runtime, progress);
    await progress.end();
    if (!invocation.quiet) {
      await invocation.stderr.write(addresses(invocation.stderr, endpoints));
    }
    const verified = await verify(invocation, project, runtime, flags);
    if (flags.json) {
      const stack = { runtime: runtime.name, reason, adopted: wasUp, endpoints: masked(endpoints) };
      const document = { ...stack, migrations: migrated ?? null, verification: verified.document };
      await invocation.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
    }
    invocation.signal.throwIfAborted();
    if (!flags.foreground) return verified.exitCode;
    const stayed = await stayInForeground(invocation, runtime);
    return gravest([verified.exitCode, stayed]) as ExitCode;
  } catch (error) {
    await progress.end();
    throw error;
  } finally {
    if (invocation.signal.aborted && (!wasUp || flags.foreground)) await takeAway(invocation, runtime);
  }
};

/** Runs the checks; with `--json` their document is part of this command's own. */
async function verify(invocation: Invocation, project: Project, runtime: Runtime, flags: UpFlags) {
  if (!project.config.up.verify) return { exitCode: ExitCode.ok as ExitCode, document: null };
  const { runVerify } = await import('../verify/run.ts');
  if (!flags.json) return { exitCode: await runVerify(invocation, { project, runtime }), document: null };
  let text = '';
  const stdout: Output = {
    ...invocation.stdout,
    isTerminal: false,
    columns: Number.POSITIVE_INFINITY,
    color: false,
    async write(part) {
      text += part;
    },
  };
  const exitCode = await runVerify({ ...invocation, stdout }, { project, runtime });
  return { exitCode, document: JSON.parse(text) as unknown };
}

/** Ctrl-C: nothing stays of what this call started. */
async function takeAway({ stderr, quiet }: Invocation, runtime: Runtime): Promise<void> {
  const signal = AbortSignal.timeout(cleanUpMs);
  const stopped = await runtime.down({ volumes: false, signal, onEvent() {} });
  if (!quiet && stopped.length > 0) await stderr.write(lineFor(stderr, `stopped ${stopped.join(', ')}`));
}

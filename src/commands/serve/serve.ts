import { readFileSync } from 'node:fs';
import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../../base/duration.ts';
import { codeOf, Fault, messageOf } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { toolVersion } from '../../base/version.ts';
import { describeHolder, portHolder } from '../../runners/port-holder.ts';
import { createVerdictServer, isLoopback, type Keeper, startKeeper } from '../../serve/index.ts';
import { openProject } from '../context.ts';
import type { Action, CommandModule, Invocation } from '../invocation.ts';
import { duration, several } from '../option-values.ts';
import { lineFor } from '../style.ts';
import { createPrinter } from './printer.ts';
import { runVerifyProcess } from './run-verify.ts';

interface ServeFlags {
  every: string;
  onRequest?: boolean;
  port: number;
  host: string;
  tokenFile?: string;
  allowHost?: string[];
  withWrites?: boolean;
  deadline?: string;
}

const tokenVariable = 'MEATYMUSIC_SERVE_TOKEN';

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .description('Verify repeatedly and serve the latest verdict over HTTP.')
    .argument('[arguments...]', 'patterns for `verify`; after `--`, also its flags')
    .option('--every <duration>', 'time from the start of one run to the next', atLeastASecond, '30s')
    .option('--on-request', 'run only when a verdict is requested and the latest is older than --every')
    .option('--port <number>', 'port to listen on; 0: any free port', port, 8080)
    .option(
      '--host <address>',
      'address to listen on; a token is required unless only this machine can reach it',
      '127.0.0.1',
    )
    .option('--token-file <file>', `read the token from this file (default: from ${tokenVariable})`)
    .option('--allow-host <name>', 'accept requests for this host name; repeatable', several)
    .option('--with-writes', 'also run checks that write or disrupt (default: read-only runs)')
    .option('--deadline <duration>', 'maximum time for one run (2m)', duration)
    .addHelpText(
      'after',
      `
  /             the live report
  /healthz      200 if all required checks passed, otherwise 503; the verdict in the format that \`Accept\` names
  /metrics      metrics for Prometheus
  /result.json  the result document
Runs never overlap, and all clients get the same verdict. If a token is set, send it as \`Authorization: Bearer\`, or
as the password in a browser.
Exit codes: 2 invalid usage, 69 the port is taken, 78 configuration error, 130 or 143 ended by a signal.

Examples:
  $ meatymusic serve
  $ meatymusic serve api database --every 10s
  $ meatymusic serve -- --tag contract --retry-for 10s
  $ curl -f -H 'Accept: application/json' http://127.0.0.1:8080/healthz`,
    );
  act(command, serve);
};

/** How long answers in progress may take after a signal. */
const drainMs = 5000;
/** Beyond the deadline of a run: its start, and what it closes. */
const aroundRunMs = 30_000;

const serve: Action = async (invocation, options, args) => {
  const flags = options as unknown as ServeFlags;
  const { stderr, signal, redact } = invocation;
  assertServed(args);
  const token = readToken(invocation, flags);
  const project = await openProject(invocation, [
    { path: 'verify.deadline', value: flags.deadline, flag: '--deadline' },
  ]);
  const { deadline } = project.config.verify;
  const everyMs = parseDuration(flags.every) as number;
  const { [tokenVariable]: _, ...env } = invocation.env;
  const stop = new AbortController();
  const print = createPrinter(invocation);
  const keeper = startKeeper({
    everyMs,
    onRequest: flags.onRequest ?? false,
    longestRunMs: deadline + aroundRunMs,
    signal: AbortSignal.any([signal, stop.signal]),
    run: (ended) =>
      runVerifyProcess(invocation, {
        args: [...(flags.withWrites ? [] : ['--read-only']), '--deadline', `${deadline}ms`, ...args],
        env,
        withinMs: deadline + aroundRunMs,
        signal: ended,
        onLine: print.note,
      }),
  });
  const server = createVerdictServer({
    keeper,
    version: toolVersion,
    redact,
    token,
    hosts: [flags.host, ...(flags.allowHost ?? [])].map((name) => name.toLowerCase()),
  });
  try {
    const bound = await listen(server, flags);
    const shown = flags.host.includes(':') ? `[${flags.host}]` : flags.host;
    const when = flags.onRequest ? 'on request' : `every ${flags.every}`;
    if (!invocation.quiet) {
      await stderr.write(lineFor(stderr, `http://${shown}:${bound}/ · verifies ${when}`));
    }
    // What is wrong with the arguments is reported at the start, and not at the first request.
    if (flags.onRequest) void keeper.current();
    await untilOver(keeper, signal, print.outcome);
  } finally {
    stop.abort();
    await Promise.all([server.close(drainMs), keeper.ended]);
  }
  return ExitCode.ok;
};

/** Rejects with the reason of the signal, or with the `Fault` of a first run that no later one could be without. */
function untilOver(keeper: Keeper, signal: AbortSignal, onOutcome: (keeper: Keeper) => void): Promise<never> {
  return new Promise((_, reject) => {
    const over = () => reject(signal.reason);
    if (signal.aborted) return over();
    signal.addEventListener('abort', over, { once: true });
    keeper.onChange(() => {
      const { latest } = keeper;
      const { exitCode } = latest?.fault ?? {};
      const isUsage = exitCode === ExitCode.usage || exitCode === ExitCode.config;
      if (latest?.number === 1 && isUsage) return reject(latest.fault);
      return onOutcome(keeper);
    });
  });
}

async function listen(
  server: ReturnType<typeof createVerdictServer>,
  { port, host }: ServeFlags,
): Promise<number> {
  try {
    return await server.listen(port, host);
  } catch (cause) {
    const code = codeOf(cause);
    const isTaken = code === 'EADDRINUSE';
    const holder = isTaken ? describeHolder(await portHolder(port)) : undefined;
    throw new Fault({
      code: isTaken ? 'port-taken' : 'cannot-listen',
      message: isTaken
        ? `port ${port} of ${host} is taken by ${holder}`
        : `listening on port ${port} of ${host} is not possible: ${messageOf(cause)}`,
      hint: isTaken
        ? 'stop its holder, or choose another: --port 0 takes any that is free'
        : 'give an address of this machine to --host, and a port above 1023 to --port',
      exitCode: ExitCode.unavailable,
      cause,
    });
  }
}

/** Arguments of `verify` that have no meaning where the verdict is served, or that the server sets itself. */
const notServed = ['--json', '--reporter', '--evidence', '--from', '--watch', '--deadline', '--read-only'];

function assertServed(args: readonly string[]): void {
  const wrong = args.find((arg) => notServed.includes(arg.split('=', 1)[0] as string));
  if (wrong === undefined) return;
  throw usage(`serve cannot pass ${wrong.split('=', 1)[0]} to verify`, 'See: meatymusic serve --help');
}

function readToken({ cwd, env, redact }: Invocation, { tokenFile, host }: ServeFlags): string | undefined {
  let token = env[tokenVariable]?.trim();
  if (tokenFile !== undefined) {
    try {
      token = readFileSync(path.resolve(cwd, tokenFile), 'utf8').trim();
    } catch (cause) {
      throw usage(
        `--token-file ${tokenFile}: ${messageOf(cause)}`,
        'give a file that contains the token',
        cause,
      );
    }
  }
  redact.add(token);
  if (token !== undefined && token.length < shortestToken) {
    throw usage(
      `the token has ${token.length} characters; at least ${shortestToken} are required`,
      'openssl rand -hex 32 makes one',
    );
  }
  if (token === undefined && !isLoopback(host)) {
    throw usage(
      `--host ${host} can be reached from other machines, and there is no token`,
      `set ${tokenVariable}, or give --token-file`,
    );
  }
  return token;
}

const shortestToken = 16;

function usage(message: string, hint: string, cause?: unknown): Fault {
  return new Fault({ code: 'bad-serve', message, hint, exitCode: ExitCode.usage, cause });
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('Write 0 to 65535.');
  return value;
}

function atLeastASecond(text: string): string {
  const ms = parseDuration(text);
  if (ms === undefined || ms < 1000 || ms > 86_400_000) throw new InvalidArgumentError('Write 1s to 1d.');
  return text;
}

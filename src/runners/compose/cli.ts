import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { FaultCode } from '../../base/fault-codes.ts';
import { safeLine } from '../../base/safe-text.ts';
import type { RuntimeContext } from '../context.ts';
import { type EngineApi, findEngineApi } from './engine-api.ts';
import { type ProcessOutput, type RunProcessOptions, runProcess } from './process.ts';

type CallOptions = Pick<RunProcessOptions, 'signal' | 'onLine'> & {
  /** Further variables for the compose file. */
  variables?: Readonly<Record<string, string>>;
  /** Longest time of a call that only asks. Default 15 s; 0: as long as it takes. */
  withinMs?: number;
};

/** The container engine's command line. Calls resolve whatever the exit code is, and reject with `Fault` alone. */
export interface EngineCli {
  readonly engine: 'docker' | 'podman';
  /** Variables of every call: they say which engine is meant. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `undefined`: the engine has no local socket, such as one on another machine. */
  readonly api: EngineApi | undefined;
  /** `docker <args>`. */
  call(args: readonly string[], options?: CallOptions): Promise<ProcessOutput>;
  /** `docker compose <args>`. */
  compose(args: readonly string[], options?: CallOptions): Promise<ProcessOutput>;
  /** As `call`; an exit code other than 0 is a fault. Resolves to stdout. */
  must(args: readonly string[], options?: CallOptions): Promise<string>;
}

export function createEngineCli({
  config,
  root,
  env,
}: Pick<RuntimeContext, 'config' | 'root' | 'env'>): EngineCli {
  const { engine } = config.compose;
  const environment = {
    ...env,
    DOCKER_CLI_HINTS: 'false',
    COMPOSE_ANSI: 'never',
    COMPOSE_STATUS_STDOUT: undefined,
    COMPOSE_MENU: 'false',
    ...config.compose.env,
  };
  const run = async (args: readonly string[], options: CallOptions = {}) => {
    const { variables, withinMs = 15_000, signal, onLine } = options;
    const limit = withinMs > 0 ? AbortSignal.timeout(withinMs) : undefined;
    const signals = [signal, limit].filter((one) => one !== undefined);
    try {
      return await runProcess([engine, ...args], {
        cwd: root,
        env: { ...environment, ...variables },
        signal: signals.length === 2 ? AbortSignal.any(signals) : signals[0],
        tied: withinMs === 0,
        ...(onLine && { onLine }),
      });
    } catch (thrown) {
      if (signal?.aborted) throw signal.reason;
      throw limit?.aborted ? silent(engine, args, withinMs) : cannotStart(engine, thrown);
    }
  };
  return {
    engine,
    env: environment,
    api: findEngineApi(engine, environment),
    call: run,
    compose: (args, options) => run(['compose', ...args], options),
    async must(args, options) {
      const output = await run(args, options);
      if (output.exitCode !== 0) throw explainEngine(engine, output);
      return output.stdout;
    },
  };
}

/**
 * Asks the engine by its API, else by the command line: where there is no socket, and where the engine does not answer on it,
 * which the command line explains.
 */
export async function askEngine<T>(
  { api }: Pick<EngineCli, 'api'>,
  signal: AbortSignal | undefined,
  byApi: (api: EngineApi) => Promise<T>,
  byCommandLine: () => Promise<T>,
): Promise<T> {
  if (!api) return byCommandLine();
  try {
    return await byApi(api);
  } catch {
    signal?.throwIfAborted();
    return byCommandLine();
  }
}

const embeddedInstead = '`meatymusic up --runtime embedded` needs no container engine';

function cannotStart(engine: EngineCli['engine'], thrown: unknown): Fault {
  const { code } = thrown as { code?: string };
  return new Fault({
    code: `${engine}-missing`,
    message:
      code === 'ENOENT'
        ? `there is no program \`${engine}\` on the PATH`
        : `\`${engine}\` cannot be started: ${code}`,
    hint: `install it (https://docs.docker.com/engine/install/), or ${embeddedInstead}`,
    exitCode: ExitCode.unavailable,
    cause: thrown,
  });
}

function silent(engine: string, args: readonly string[], withinMs: number): Fault {
  return new Fault({
    code: 'engine-down',
    message: `the ${engine} daemon did not answer \`${engine} ${args[0]}\` within ${withinMs / 1000} s`,
    hint: `look at DOCKER_HOST and at the daemon (\`systemctl status docker\`), or ${embeddedInstead}`,
    exitCode: ExitCode.unavailable,
  });
}

/** What a failed call of the engine means, where the reason is the engine itself. */
export function explainEngine(engine: string, { stderr, stdout, exitCode }: ProcessOutput): Fault {
  const text = stderr.trim() || stdout.trim();
  const said = [safeLine(text.split('\n').filter(Boolean).at(-1) ?? `exit code ${exitCode}`)];
  const unavailable = (code: FaultCode, message: string, hint: string) =>
    new Fault({
      code,
      message,
      hint: `${hint}, or ${embeddedInstead}`,
      exitCode: ExitCode.unavailable,
      details: said,
    });

  if (/permission denied/i.test(text) && /(docker|podman)(\.sock| API| daemon socket)/i.test(text)) {
    return unavailable(
      'engine-permission-denied',
      `this user may not talk to the ${engine} daemon`,
      'let it: `sudo usermod -aG docker $USER`, then log in again',
    );
  }
  const noPlugin =
    /'?compose'? is not a (?:docker|podman) command|unknown command: docker compose|unknown (?:shorthand )?flag: (?:--(?:file|project-name|env-file|profile)|'f' in -f)/i;
  if (noPlugin.test(text)) return composeMissing(engine, said);
  if (/looking up compose provider failed/i.test(text)) return composeMissing(engine, said);
  if (
    /cannot connect to (?:the )?(?:docker|podman)|is the docker daemon running|failed to connect to the docker|error during connect:/i.test(
      text,
    )
  ) {
    return unavailable(
      'engine-down',
      `the ${engine} daemon does not answer`,
      'start it (`sudo systemctl start docker`, or Docker Desktop)',
    );
  }
  if (
    /context .*(not found|does not exist)|context not found|unable to resolve docker endpoint|unable to parse docker host/i.test(
      text,
    )
  ) {
    return new Fault({
      code: 'engine-context',
      message: `${engine} is pointed at something that is not there`,
      hint: 'look at DOCKER_HOST, DOCKER_CONTEXT and `docker context ls`',
      exitCode: ExitCode.config,
      details: said,
    });
  }
  if (/no space left on device/i.test(text)) {
    return unavailable(
      'engine-disk-full',
      `${engine} has no disk space left`,
      'make room: `docker system prune`',
    );
  }
  return new Fault({
    code: 'engine-failed',
    message: `${engine} could not do it: ${said[0]}`,
    exitCode: ExitCode.unavailable,
    details: lastLines(text, 20),
  });
}

export function composeMissing(engine: string, details: readonly string[]): Fault {
  return new Fault({
    code: 'compose-missing',
    message: `\`${engine} compose\` is not there: Compose 2 is a plug-in of its own`,
    hint: `install it (Debian and Ubuntu: docker-compose-plugin or docker-compose), or ${embeddedInstead}`,
    exitCode: ExitCode.unavailable,
    details,
  });
}

/** The last lines of an output, safe to print. */
export function lastLines(text: string, count: number): string[] {
  return text
    .split('\n')
    .map((line) => safeLine(line))
    .filter(Boolean)
    .slice(-count);
}

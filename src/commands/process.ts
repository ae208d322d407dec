import { Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { knownSecrets } from '../base/known-secrets.ts';
import type { Redactor } from '../base/redact.ts';
import { publicNamesOf, secretsOfValue } from '../base/secret-places.ts';
import type { Invocation } from './invocation.ts';
import { createOutput, type ProcessOutput } from './output.ts';

const signals = {
  SIGINT: ExitCode.interrupted,
  SIGTERM: ExitCode.terminated,
  SIGHUP: ExitCode.hangup,
} as const;

/** An end that takes longer is told to who waits for it. */
const tellAfterMs = 250;
/** Over the `^C` that the terminal has written. */
const stopping = '\rstopping; Ctrl-C again leaves at once\n';

/** The process as commands see it. The only place that touches signals, streams and uncaught errors. */
export interface ProcessContext {
  base: Omit<Invocation, 'cwd' | 'quiet' | 'verbose' | 'stdout' | 'stderr'>;
  stdout: ProcessOutput;
  stderr: ProcessOutput;
  /** Why the run has to end, in the order in which it became known: a signal, a lost reader, an uncaught error. */
  reasons: Fault[];
  /** Gives the process back what was taken. */
  close(): void;
}

export function openProcess({ plain }: { plain: boolean }): ProcessContext {
  const controller = new AbortController();
  const reasons: Fault[] = [];
  const end = (fault: Fault) => {
    reasons.push(fault);
    controller.abort(fault);
  };
  const env = process.env;
  const redact = learnEnvironment(env);
  const common = { redact, env, plain, signal: controller.signal };
  const stderr = createOutput(process.stderr, { ...common, onLost: () => {} });
  let telling: NodeJS.Timeout | undefined;
  const onSignal = (name: keyof typeof signals) => {
    const exitCode = signals[name];
    if (reasons.some(({ code }) => code === 'signal')) {
      if (process.stderr.isTTY) process.stderr.write('\x1b[?25h\n');
      process.exit(exitCode);
    }
    if (process.stderr.isTTY) telling = setTimeout(() => stderr.write(stopping), tellAfterMs).unref();
    end(new Fault({ code: 'signal', message: `ended by ${name}`, exitCode }));
  };
  /** The engine watches for errors of checks itself while it runs; then this is not the only listener, and is silent. */
  const onUncaught = (thrown: unknown) => {
    if (process.listenerCount('uncaughtException') > 1) return;
    end(internalFault(thrown));
  };
  for (const name of Object.keys(signals)) process.on(name, onSignal);
  process.on('uncaughtException', onUncaught);
  return {
    base: { env, redact, stdin: () => process.stdin, signal: controller.signal },
    stdout: createOutput(process.stdout, { ...common, onLost: end }),
    stderr,
    reasons,
    close() {
      clearTimeout(telling);
      for (const name of Object.keys(signals)) process.off(name, onSignal);
      process.off('uncaughtException', onUncaught);
    },
  };
}

/** What was thrown without anybody having expected it. */
export function internalFault(thrown: unknown): Fault {
  return new Fault({
    code: 'internal',
    message: `an unexpected error: ${messageOf(thrown)}`,
    exitCode: ExitCode.internal,
    cause: thrown,
  });
}

const exitOrder: readonly number[] = [
  ExitCode.interrupted,
  ExitCode.terminated,
  ExitCode.hangup,
  ExitCode.brokenPipe,
  ExitCode.internal,
  ExitCode.deadline,
  ExitCode.cannotWrite,
];

/** The most serious of several exit codes: signal > internal > deadline > report > the rest, first come first. */
export function mostSevereExitCode(codes: readonly number[]): number {
  return exitOrder.find((code) => codes.includes(code)) ?? codes.find((code) => code !== 0) ?? ExitCode.ok;
}

/** What stands in the environment: secrets by the names and the places of their values, and names that everyone may know. */
function learnEnvironment(env: NodeJS.ProcessEnv): Redactor {
  for (const [name, value = ''] of Object.entries(env)) {
    knownSecrets.add(...secretsOfValue(name, value));
    knownSecrets.allow(...publicNamesOf(name, value));
  }
  return knownSecrets;
}

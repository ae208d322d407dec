import { Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { knownSecrets } from '../base/known-secrets.ts';
import { learnEnvironment } from '../base/learn-environment.ts';
import type { Invocation } from './invocation.ts';
import { createOutput, type ProcessOutput } from './output.ts';

export { mostSevereExitCode } from '../base/exit-code.ts';

const signals = {
  SIGINT: ExitCode.interrupted,
  SIGTERM: ExitCode.terminated,
  SIGHUP: ExitCode.hangup,
} as const;

/** An end that takes longer is announced on a terminal. */
const announceAfterMs = 250;
/** Over the `^C` that the terminal has written. */
const stopping = '\rstopping; Ctrl-C again leaves at once\n';

/** The process as commands see it. The only place that touches signals, streams and uncaught errors. */
export interface ProcessContext {
  base: Omit<Invocation, 'cwd' | 'quiet' | 'verbose' | 'stdout' | 'stderr'>;
  stdout: ProcessOutput;
  stderr: ProcessOutput;
  /** Why the run has to end, in the order in which it became known: a signal, a lost reader, an uncaught error. */
  reasons: Fault[];
  /** Removes the listeners of signals and errors. */
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
  const redact = knownSecrets;
  learnEnvironment(env);
  const common = { redact, env, plain, signal: controller.signal };
  const stderr = createOutput(process.stderr, { ...common, onLost: () => {} });
  let announcing: NodeJS.Timeout | undefined;
  const onSignal = (name: keyof typeof signals) => {
    const exitCode = signals[name];
    if (reasons.some(({ code }) => code === 'signal')) {
      if (process.stderr.isTTY) process.stderr.write('\x1b[?25h\n');
      process.exit(exitCode);
    }
    if (process.stderr.isTTY) announcing = setTimeout(() => stderr.write(stopping), announceAfterMs).unref();
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
      clearTimeout(announcing);
      for (const name of Object.keys(signals)) process.off(name, onSignal);
      process.off('uncaughtException', onUncaught);
    },
  };
}

/** Returns the `Fault` (70) for a thrown value that no code expects. */
export function internalFault(thrown: unknown): Fault {
  return new Fault({
    code: 'internal',
    message: `an unexpected error: ${messageOf(thrown)}`,
    exitCode: ExitCode.internal,
    cause: thrown,
  });
}

import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { Redactor } from '../base/redact.ts';
import { inertCommands, withoutSteering } from '../base/safe-text.ts';
import type { Output } from './invocation.ts';

export interface OutputOptions {
  redact: Redactor;
  env: Readonly<Record<string, string | undefined>>;
  /** `--no-color` was given. */
  plain: boolean;
  /** After the abort, a reader that does not read is waited for as long as `graceMs`. */
  signal: AbortSignal;
  /** Called once, when what is written can no longer arrive. */
  onLost(fault: Fault): void;
  /** Default 1000. */
  graceMs?: number;
}

/** The output of a command, with what only the process itself asks. */
export interface ProcessOutput extends Output {
  /** Whether anything was written. */
  readonly used: boolean;
}

/**
 * A stream as an `Output`: redacts, makes commands inert, resolves when the reader took the text, and turns the stream's errors into one
 * `Fault`: 141 where the reader went away, else 73. After that, writes are dropped.
 */
export function createOutput(stream: NodeJS.WriteStream, options: OutputOptions): ProcessOutput {
  const { redact, env, plain, signal, onLost, graceMs = 1000 } = options;
  let lost: Fault | undefined;
  let used = false;
  const lose = (error: NodeJS.ErrnoException): Fault => {
    if (lost) return lost;
    lost = faultOf(error);
    onLost(lost);
    return lost;
  };
  stream.on('error', lose);
  const dumb = env.TERM === 'dumb' || Boolean(env.NO_COLOR) || plain;
  const forced = Boolean(env.FORCE_COLOR) && env.FORCE_COLOR !== '0';
  const output: ProcessOutput = {
    get used() {
      return used;
    },
    isTerminal: Boolean(stream.isTTY) && !dumb,
    get columns() {
      return stream.isTTY ? stream.columns || 80 : Number.POSITIVE_INFINITY;
    },
    get rows() {
      return stream.rows || 24;
    },
    color: !dumb && (forced || (Boolean(stream.isTTY) && env.FORCE_COLOR !== '0')),
    write: (text) => send(inertCommands(withoutSteering(redact(text)))),
    writeCommands: (text) => send(withoutSteering(redact(text))),
    writeSecrets: (text) => send(inertCommands(withoutSteering(text))),
  };
  return output;

  function send(text: string): Promise<void> {
    if (lost || text === '') return Promise.resolve();
    used = true;
    if (output.divert) {
      output.divert(text);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const leave = () => {
        timer = setTimeout(() => {
          lost = abandoned;
          resolve();
        }, graceMs);
      };
      stream.write(text, (error) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', leave);
        if (error && !signal.aborted) reject(lose(error));
        else resolve();
      });
      if (stream.writableLength === 0) return;
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
    });
  }
}

/** The run is over and the output is not read: what is written from now on is dropped. */
const abandoned = new Fault({
  code: 'reader-idle',
  message: 'the reader of the output does not read',
  exitCode: ExitCode.brokenPipe,
});

function faultOf(error: NodeJS.ErrnoException): Fault {
  if (error.code === 'EPIPE' || error.code === 'ECONNRESET') {
    return new Fault({
      code: 'reader-gone',
      message: 'the reader of the output went away',
      exitCode: ExitCode.brokenPipe,
    });
  }
  const reason = error.code === 'ENOSPC' ? 'no space is left on the device' : error.message;
  return new Fault({
    code: 'cannot-write',
    message: `the output could not be written: ${reason}`,
    exitCode: ExitCode.cannotWrite,
    cause: error,
  });
}

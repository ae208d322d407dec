import { spawn } from 'node:child_process';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { tied } from '../base/tied.ts';
import { caughtUp, type LogAccess } from './access.ts';
import { LineSplitter } from './lines.ts';

/** A command that has written and then is silent for this long, in milliseconds, has written everything that is there. */
const silenceMs = 1000;
/** The same for a command that has written nothing yet. */
const firstLineMs = 10_000;
const keptErrorCharacters = 2000;

export interface CommandPlace {
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
}

/** The output of a shell command as a log. The command may end, or keep writing like `docker logs --follow`. */
export function commandLogAccess(command: string, place: CommandPlace): LogAccess {
  return {
    source: command,
    open: (_, signal) => commandOutput(command, place, signal),
    lines: (options) => commandLines(command, place, options),
  };
}

async function* commandOutput(
  command: string,
  place: CommandPlace,
  signal?: AbortSignal,
): AsyncIterable<Uint8Array> {
  const { child, stop } = start(command, place);
  child.stderr.resume();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    yield* child.stdout;
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}

async function* commandLines(
  command: string,
  place: CommandPlace,
  { follow, signal }: { follow: boolean; signal: AbortSignal },
): AsyncGenerator<string | typeof caughtUp> {
  const { child, stop } = start(command, place);
  const lines: string[] = [];
  let wake = () => {};
  let errors = '';
  let exitCode: number | null | undefined;
  const splitter = new LineSplitter(({ bytes }) => lines.push(bytes.toString('utf8')));
  child.stdout.on('data', (chunk: Buffer) => {
    splitter.push(chunk);
    if (lines.length > 0) child.stdout.pause();
    wake();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk}`.slice(-keptErrorCharacters);
  });
  child.once('close', (code) => {
    splitter.end();
    exitCode = code;
    wake();
  });
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  let [isCaughtUp, hasWritten] = [false, false];
  try {
    while (!signal.aborted) {
      const line = lines.shift();
      if (line !== undefined) {
        hasWritten = true;
        yield line;
        continue;
      }
      if (exitCode !== undefined) break;
      let timer: NodeJS.Timeout | undefined;
      const isSilent = await new Promise<boolean>((resolve) => {
        wake = () => resolve(false);
        if (!isCaughtUp) timer = setTimeout(resolve, hasWritten ? silenceMs : firstLineMs, true);
        child.stdout.resume();
      });
      clearTimeout(timer);
      if (!isSilent) continue;
      if (!follow) return;
      isCaughtUp = true;
      yield caughtUp;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    stop();
  }
  if (exitCode && !signal.aborted) throw failed(command, exitCode, errors);
}

function failed(command: string, code: number, errors: string): Fault {
  return new Fault({
    code: 'log-command-failed',
    message: `the log command \`${command}\` ended with exit code ${code}`,
    exitCode: ExitCode.unavailable,
    details: errors.trim().split('\n').slice(-5),
  });
}

function start(command: string, { cwd, env }: CommandPlace) {
  const { file, args, stop } = tied('/bin/sh', ['-c', command]);
  const child = spawn(file, args, { cwd, env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  return { child, stop: () => stop(child) };
}

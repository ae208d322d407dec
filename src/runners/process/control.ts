/**
 * How the command line talks to the supervisor: a connection to 127.0.0.1 for each command, one JSON line in, then events
 * and at last a result or a fault out. The token in the state file, readable for its owner alone, grants access.
 */
import { timingSafeEqual } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Fault, type FaultDetails, messageOf } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { Endpoints, RuntimeEvent, ServiceStatus } from '../runtime.ts';

export interface StartOptions {
  ports: 'auto' | 'fixed';
  timeoutMs: number;
  stableForMs: number;
}

export interface Commands {
  /** Starts what does not run; resolves when all of it is healthy. */
  up: { ask: StartOptions; answer: Endpoints };
  /** Stops all of it; afterwards the supervisor ends. */
  down: { ask: object; answer: string[] };
  status: { ask: object; answer: ServiceStatus[] };
  stop: { ask: { service: string }; answer: null };
  start: { ask: { service: string }; answer: null };
  restart: { ask: { service: string; environment: Record<string, string> }; answer: null };
  /** Events until one side goes. */
  watch: { ask: object; answer: null };
}

export type CommandName = keyof Commands;

export type CommandHandlers = {
  [Name in CommandName]: (ask: Commands[Name]['ask'], socket: Socket) => Promise<Commands[Name]['answer']>;
};

type Reply = { event: RuntimeEvent } | { result: unknown } | { fault: FaultDetails };

const maxCommandBytes = 256 * 1024;
const commandTimeoutMs = 5000;

/** The supervisor's side. `onClient` is called for each client that was admitted, so that events are sent to it. */
export function createControlServer(
  token: string,
  handlers: CommandHandlers,
  onClient: (send: (event: RuntimeEvent) => void, socket: Socket) => void,
): Server {
  return createServer((socket) => {
    let text = '';
    socket.on('error', () => socket.destroy());
    socket.setTimeout(commandTimeoutMs, () => socket.destroy());
    socket.setEncoding('utf8');
    socket.on('data', function read(chunk) {
      text += chunk;
      if (text.length > maxCommandBytes) socket.destroy();
      if (!text.includes('\n')) return;
      socket.off('data', read);
      socket.setTimeout(0);
      socket.resume();
      void answer(text);
    });

    async function answer(line: string): Promise<void> {
      const send = (reply: Reply) => {
        if (socket.writable) socket.write(`${JSON.stringify(reply)}\n`);
      };
      try {
        const command = JSON.parse(line) as { token?: unknown; command?: unknown; ask?: unknown };
        if (!admits(command.token) || !isCommand(command.command)) return void socket.destroy();
        onClient((event) => send({ event }), socket);
        const handle = handlers[command.command] as (ask: unknown, socket: Socket) => Promise<unknown>;
        send({ result: (await handle(command.ask, socket)) ?? null });
      } catch (error) {
        send({ fault: detailsOf(error) });
      }
      socket.end();
    }
  });

  function admits(given: unknown): boolean {
    const [a, b] = [Buffer.from(String(given)), Buffer.from(token)];
    return a.length === b.length && timingSafeEqual(a, b);
  }

  function isCommand(name: unknown): name is CommandName {
    return typeof name === 'string' && Object.hasOwn(handlers, name);
  }
}

/** The command line's side. Rejects with the supervisor's fault, the signal's reason, or that the supervisor has gone. */
export async function sendCommand<Name extends CommandName>(
  { port, token }: { port: number; token: string },
  command: Name,
  ask: Commands[Name]['ask'],
  { signal, onEvent }: { signal: AbortSignal; onEvent?: (event: RuntimeEvent) => void },
): Promise<Commands[Name]['answer']> {
  signal.throwIfAborted();
  const socket = connect(port, '127.0.0.1');
  const onAbort = () => socket.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      let rest = '';
      let failure: unknown;
      socket.setEncoding('utf8');
      socket.on('data', (chunk) => {
        const lines = `${rest}${chunk}`.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const reply = JSON.parse(line) as Reply;
          if ('event' in reply) onEvent?.(reply.event);
          else if ('fault' in reply) reject(new Fault(reply.fault));
          else resolve(reply.result as Commands[Name]['answer']);
        }
      });
      socket.on('error', (error) => {
        failure = error;
      });
      socket.on('close', () => reject(signal.aborted ? signal.reason : supervisorGone(failure)));
      socket.write(`${JSON.stringify({ token, command, ask })}\n`);
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}

export function supervisorGone(cause?: unknown): Fault {
  return new Fault({
    code: 'supervisor-gone',
    message: 'the supervisor of the stack has ended',
    hint: 'meatymusic up starts it again; its own log is .meatymusic/logs/supervisor.log',
    exitCode: ExitCode.unavailable,
    cause,
  });
}

function detailsOf(error: unknown): FaultDetails {
  if (!(error instanceof Fault)) {
    return {
      code: 'internal',
      message: `the supervisor: ${messageOf(error)}`,
      ...(error instanceof Error && error.stack ? { details: error.stack.split('\n') } : {}),
    };
  }
  const { code, message, hint, exitCode, details } = error;
  return { code, message, exitCode, details, ...(hint === undefined ? {} : { hint }) };
}

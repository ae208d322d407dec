/**
 * Holds the embedded stack after `meatymusic up` has ended: a process of its own that is nobody's child. Gets the plan
 * as JSON on its standard input, leaves its address in the state file, starts the services and takes orders.
 */
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Fault, messageOf } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { ownIdentity } from '../../base/process-identity.ts';
import type { RuntimeEvent } from '../runtime.ts';
import { type EmbeddedState, readState, removeState, writeState } from '../state.ts';
import { createControlServer } from './control.ts';
import type { StackPlan } from './plan.ts';
import { processLog } from './process-log.ts';
import { endpointsOf } from './services.ts';
import { EmbeddedStack } from './stack.ts';

const log = processLog('supervisor');
/** How often it looks whether the folder that it belongs to is still there. */
const watchMs = 2000;
const serviceTimeoutMs = 60_000;
const unusedMs = 30_000;

const plan = JSON.parse(await text(process.stdin)) as StackPlan;
const token = randomBytes(24).toString('base64url');
const startedAt = new Date().toISOString();
const clients = new Set<(event: RuntimeEvent) => void>();
/** What happened so far, for clients that come during the start. */
const history: RuntimeEvent[] = [];
let wasUp = false;
let ending = false;

const stack = new EmbeddedStack(plan, tell, recordChange);
for (const message of plan.notices) history.push({ type: 'notice', message });
const server = createControlServer(
  token,
  {
    async up(options) {
      clearTimeout(unused);
      for (const event of wasUp ? [] : history) tellLast(event);
      try {
        const endpoints = await stack.up(options);
        wasUp = true;
        record();
        return endpoints;
      } catch (error) {
        // A first start leaves nothing behind; a later one leaves what ran before.
        if (!wasUp) await end();
        throw error;
      }
    },
    down: () => end(),
    status: () => stack.status(),
    stop: ({ service }) => stack.stopService(service).then(() => null),
    start: ({ service }) => stack.startService(service, serviceTimeoutMs).then(() => null),
    restart: ({ service, environment }) =>
      stack.restartService(service, environment, serviceTimeoutMs).then(() => null),
    watch: (_, socket) => new Promise((resolve) => socket.once('close', () => resolve(null))),
  },
  (send, socket) => {
    clients.add(send);
    tellLast = send;
    socket.once('close', () => clients.delete(send));
  },
);
/** The call that started this process was killed before it could say what for. */
const unused = setTimeout(() => void end(), unusedMs);
let tellLast: (event: RuntimeEvent) => void = () => {};

server.listen(0, '127.0.0.1', () => {
  record();
  log('info', 'supervisor started', { root: plan.root });
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end());
process.on('SIGHUP', () => {});
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    log('fatal', `an unexpected error: ${error instanceof Error ? error.stack : String(error)}`);
    process.exitCode = error instanceof Fault ? error.exitCode : ExitCode.internal;
    void end();
  });
}
const watch = setInterval(() => {
  const state = readState(plan.root);
  if (state?.runtime === 'embedded' && state.supervisor.started === ownIdentity().started) return;
  try {
    // The folder is there and the state is lost: it is written again. Without the folder there is no stack.
    record();
  } catch {
    void end();
  }
}, watchMs);

function tell(event: RuntimeEvent): void {
  history.push(event);
  if (history.length > 200) history.shift();
  if (event.type !== 'log') log('info', describe(event));
  for (const send of clients) send(event);
}

function describe(event: RuntimeEvent): string {
  if (event.type === 'notice') return event.message;
  if (event.type === 'phase') return `${event.name} ${event.detail ?? ''}`.trim();
  return event.type === 'service'
    ? `${event.service} ${event.state} ${event.detail ?? ''}`.trim()
    : event.line;
}

function record(): void {
  if (ending) return;
  const state: EmbeddedState = {
    version: 1,
    runtime: 'embedded',
    startedAt,
    supervisor: ownIdentity(),
    control: { port: (server.address() as AddressInfo).port, token },
    children: stack.children(),
    ports: stack.ports,
    ...(wasUp ? { endpoints: endpointsOf(plan, stack.ports) } : {}),
  };
  writeState(plan.root, state);
}

/** A stack that runs outlives a full disk: its processes are found without the record, too. */
function recordChange(): void {
  try {
    record();
  } catch (error) {
    if (!wasUp) throw error;
    log('error', messageOf(error));
  }
}

let ended: Promise<string[]> | undefined;

/** Stops everything, forgets the state, and lets this process run out once the last client has its answer. */
function end(): Promise<string[]> {
  ended ??= (async () => {
    const stopped = await stack.down();
    ending = true;
    const state = readState(plan.root);
    if (state?.runtime === 'embedded' && state.supervisor.pid === process.pid) removeState(plan.root);
    log('info', 'supervisor ended', { stopped });
    clearInterval(watch);
    server.close();
    // A watcher that does not read must not hold this process.
    setTimeout(() => process.exit(), 1000).unref();
    return stopped;
  })();
  return ended;
}

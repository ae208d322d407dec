/**
 * Holds the services that run as processes after `meatymusic up` has ended: a process of its own, in its own session. Gets
 * the plan as JSON on its standard input, leaves its address in the state file, starts the services and takes commands.
 */
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Fault, messageOf } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { ownIdentity } from '../../base/process-identity.ts';
import type { RuntimeEvent } from '../runtime.ts';
import { readState, removeState, type SupervisorState, writeState } from '../state.ts';
import { createControlServer } from './control.ts';
import { digestOf, type SupervisorPlan } from './plan.ts';
import { processLog } from './process-log.ts';
import { Services } from './services.ts';

const log = processLog('supervisor');
/** How often it looks whether the folder that it belongs to is still there. */
const watchMs = 2000;
/** How often it looks for logs that have grown too large. */
const limitLogsMs = 500;
const serviceTimeoutMs = 60_000;
const unusedMs = 30_000;

const plan = JSON.parse(await text(process.stdin)) as SupervisorPlan;
const token = randomBytes(24).toString('base64url');
const startedAt = new Date().toISOString();
const clients = new Set<(event: RuntimeEvent) => void>();
/** What happened so far, for clients that come during the start. */
const history: RuntimeEvent[] = [];
let wasUp = false;
let ending = false;

const services = new Services(plan, announce, recordChange);
for (const message of plan.notices) history.push({ type: 'notice', message });
const server = createControlServer(
  token,
  {
    async up(options) {
      clearTimeout(unused);
      for (const event of wasUp ? [] : history) sendToLast(event);
      try {
        const endpoints = await services.up(options);
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
    status: () => services.status(),
    stop: ({ service }) => services.stopService(service).then(() => null),
    start: ({ service }) => services.startService(service, serviceTimeoutMs).then(() => null),
    restart: ({ service, environment }) =>
      services.restartService(service, environment, serviceTimeoutMs).then(() => null),
    watch: (_, socket) => new Promise((resolve) => socket.once('close', () => resolve(null))),
  },
  (send, socket) => {
    clients.add(send);
    sendToLast = send;
    socket.once('close', () => clients.delete(send));
  },
);
/** The call that started this process may have been killed before its first command. */
const unused = setTimeout(() => void end(), unusedMs);
let sendToLast: (event: RuntimeEvent) => void = () => {};

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
  const { supervisor: state } = readState(plan.root);
  if (state?.supervisor.started === ownIdentity().started) return;
  try {
    // The folder is there and the state is lost: it is written again. Without the folder there is no stack.
    record();
  } catch {
    void end();
  }
}, watchMs);

const limiting = setInterval(() => {
  try {
    services.limitLogs();
  } catch (error) {
    log('error', messageOf(error));
  }
}, limitLogsMs);

function announce(event: RuntimeEvent): void {
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
  const state: SupervisorState = {
    version: 2,
    runtime: plan.runtime,
    startedAt,
    supervisor: ownIdentity(),
    control: { port: (server.address() as AddressInfo).port, token },
    services: plan.services.map(({ name }) => name),
    children: services.processes(),
    reused: services.reused(),
    ports: services.ports,
    plan: digestOf(plan),
    ...(wasUp ? { endpoints: services.endpoints() } : {}),
  };
  writeState(plan.root, 'supervisor', state);
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

/** Stops everything, removes the state, and ends this process once the last client has its answer. */
function end(): Promise<string[]> {
  ended ??= (async () => {
    const stopped = await services.down();
    ending = true;
    const { supervisor: state } = readState(plan.root);
    if (state?.supervisor.pid === process.pid) removeState(plan.root, 'supervisor');
    log('info', 'supervisor ended', { stopped });
    clearInterval(watch);
    clearInterval(limiting);
    server.close();
    // A watcher that does not read must not hold this process.
    setTimeout(() => process.exit(), 1000).unref();
    return stopped;
  })();
  return ended;
}

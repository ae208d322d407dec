import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { knownSecrets } from '../base/known-secrets.ts';
import type { ProcessIdentity } from '../base/process-identity.ts';
import { secretsOfUrl } from '../base/secret-places.ts';
import type { ServiceName } from '../check/stack.ts';
import type { Endpoints, RuntimeName } from './runtime.ts';

/** What `up` leaves for later calls; written as soon as something was started, so that a kill at any moment loses nothing. */
export type StackState = EmbeddedState | ComposeState;

interface CommonState {
  version: 1;
  /** ISO 8601. */
  startedAt: string;
  /** Credentials included: the file is readable for its owner alone. Absent while it starts. */
  endpoints?: Endpoints;
}

export interface ComposeState extends CommonState {
  runtime: 'compose';
  project: string;
  files: string[];
  /** Variables that gave the files other ports than their own. */
  variables?: Record<string, string>;
  /** The stack was given a receiver of spans, and keeps it until `down`. */
  receiver?: true;
}

export interface EmbeddedState extends CommonState {
  runtime: 'embedded';
  supervisor: ProcessIdentity;
  /** Where the supervisor takes orders, on 127.0.0.1, from whoever knows the token. */
  control: { port: number; token: string };
  /** The services' processes, also while they start. */
  children: Record<string, ProcessIdentity>;
  ports: Partial<Record<PortName, number>>;
}

/** What the embedded stack is made of: the contract's services, and the receiver of their spans where it is wanted. */
export type EmbeddedService = ServiceName | 'telemetry';
/** The receiver listens twice. */
export type PortName = EmbeddedService | 'telemetry-grpc';

/** Folder of all that belongs to the project's stack. */
export const stackFolder = (root: string) => path.join(root, '.meatymusic');
/** What the processes of the project's stack carry in their environment; the same by whichever link one comes. */
export const stackMark = (root: string) => ({ MEATYMUSIC_STACK: realpathSync(root) });
export const stateFile = (root: string) => path.join(stackFolder(root), 'state.json');
/** Excludes a second migrator where the database's own locks cannot; known before a connection is made. */
export const migratorPidFile = (root: string, runtime: RuntimeName) =>
  runtime === 'embedded' ? path.join(stackFolder(root), 'migrate.lock') : undefined;
export const logFolder = (root: string) => path.join(stackFolder(root), 'logs');
/** A folder of its own, because a receiver in a container is given it and must not see what lies beside it. */
export const spansFolder = (root: string) => path.join(stackFolder(root), 'spans');
/** What the stack's receiver took in since the last start. */
export const spansFile = (root: string) => path.join(spansFolder(root), 'received.jsonl');
export const logFile = (root: string, service: string) => path.join(logFolder(root), `${service}.log`);

/** `undefined` when there is none or when it is damaged: then the processes are found by what they carry. */
export function readState(root: string): StackState | undefined {
  try {
    const state = JSON.parse(readFileSync(stateFile(root), 'utf8')) as StackState;
    knownSecrets.add(...Object.values(state.endpoints ?? {}).flatMap(secretsOfUrl));
    if (state.runtime === 'embedded') knownSecrets.add(state.control?.token);
    return state.version === 1 && (state.runtime === 'embedded' || state.runtime === 'compose')
      ? state
      : undefined;
  } catch {
    return undefined;
  }
}

export function writeState(root: string, state: StackState): void {
  ensureStackFolder(root);
  const draft = `${stateFile(root)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(draft, stateFile(root));
}

export function removeState(root: string): void {
  rmSync(stateFile(root), { force: true });
}

/** What an earlier receiver took in goes; one that is about to start finds an empty folder. */
export function emptySpans(root: string, { willReceive }: { willReceive: boolean }): void {
  rmSync(spansFolder(root), { recursive: true, force: true });
  if (willReceive) mkdirSync(spansFolder(root), { recursive: true, mode: 0o700 });
}

/** Makes the folder, closed to others and unknown to git. */
export function ensureStackFolder(root: string): string {
  const folder = stackFolder(root);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(path.join(folder, '.gitignore'), '*\n', { flag: 'wx' });
  } catch {
    // It is there already.
  }
  return folder;
}

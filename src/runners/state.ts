import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type FolderIdentity, identifyFolder, isSameFolder, realPath } from '../base/folder-identity.ts';
import { knownSecrets } from '../base/known-secrets.ts';
import type { ProcessIdentity } from '../base/process-identity.ts';
import { secretsOfEndpoints } from '../base/secret-places.ts';
import { makeFolderSync, replaceFileSync } from '../base/write-file.ts';
import type { Endpoints, RuntimeName } from './runtime.ts';

/**
 * What `up` leaves for later calls: a file for each part of the stack, written as soon as something of it was started, so
 * that a kill at any moment loses nothing.
 */
export interface StackState {
  supervisor?: SupervisorState;
  compose?: ComposeState;
}

export type StatePart = keyof StackState;

interface CommonState {
  version: 2;
  /** How services are run that do not say how they are started. */
  runtime: RuntimeName;
  /** ISO 8601. */
  startedAt: string;
  /** Credentials included: the file is readable for its owner alone. Absent while it starts. */
  endpoints?: Endpoints;
}

export interface ComposeState extends CommonState {
  project: string;
  files: string[];
  /** Names of the containers' services, where not all of the file was started: others are not ours to stop. */
  services?: string[];
  /** By the ID of each container, the digest of the service as the file had it when `up` made or met it. */
  made?: Record<string, string>;
  /** Variables that gave the files other ports than their own. */
  variables?: Record<string, string>;
  /** The stack was given a receiver of spans, and keeps it until `down`. */
  receiver?: true;
}

export interface SupervisorState extends CommonState {
  supervisor: ProcessIdentity;
  /** Where the supervisor takes commands, on 127.0.0.1, from callers that know the token. */
  control: { port: number; token: string };
  /** Names of the services, in the order of their start. */
  services: string[];
  /** The services' processes, also while they start. */
  children: Record<string, ProcessIdentity>;
  /** Processes that are used and were not started, where they are visible from here. */
  reused: Record<string, ProcessIdentity | null>;
  ports: Record<string, number>;
  /** Digest of the plan, to see whether the configuration was changed since. */
  plan: string;
}

/** Folder of all that belongs to the project's stack. */
export const stackFolder = (root: string) => path.join(root, '.meatymusic');
/** What the processes of the project's stack carry in their environment; the same by whichever link one comes. */
export const stackMark = (root: string) => ({ MEATYMUSIC_STACK: realpathSync(root) });
export const stateFile = (root: string, part: StatePart) => path.join(stackFolder(root), `${part}.json`);
/** Excludes a second migrator where the database's own locks cannot: that of the embedded database. Known before a connection is made. */
export const migratorPidFile = (root: string, runtime: RuntimeName) =>
  runtime === 'compose' || runtime === 'external' ? undefined : path.join(stackFolder(root), 'migrate.lock');
/** Folder of empty files; the processes of a service inherit the one of the service. */
export const markFolder = (root: string) => path.join(stackFolder(realPath(root)), 'marks');
export const markFileOf = (root: string, service: string) => path.join(markFolder(root), service);
export const logFolder = (root: string) => path.join(stackFolder(root), 'logs');
/** A folder of its own, because a receiver in a container is given it and must not see what lies beside it. */
export const spansFolder = (root: string) => path.join(stackFolder(root), 'spans');
/** What the stack's receiver took in since the last start. */
export const spansFile = (root: string) => path.join(spansFolder(root), 'received.jsonl');
export const logFile = (root: string, service: string) => path.join(logFolder(root), `${service}.log`);

/**
 * Returns the parts that have a record. One has none when it is damaged (then its processes are found by what they
 * carry), or when it came here with a copy of another folder. After a move, paths below the folder are given as they are
 * now.
 */
export function readState(root: string): StackState {
  const supervisor = readPart<SupervisorState>(root, 'supervisor');
  const compose = readPart<ComposeState>(root, 'compose');
  knownSecrets.add(supervisor?.control?.token);
  return {
    ...(supervisor && { supervisor }),
    ...(compose && {
      compose: { ...compose, files: compose.files.map((file) => afterMove(file, formerRoots(root), root)) },
    }),
  };
}

function readPart<T extends CommonState>(root: string, part: StatePart): T | undefined {
  const state = readRecord<T>(root, stateFile(root, part));
  if (state?.version !== 2) return undefined;
  knownSecrets.add(...secretsOfEndpoints(state.endpoints ?? {}));
  return state;
}

/** Returns the runtime with which `up` was called; `undefined`: nothing was started. */
export function startedRuntime({ supervisor, compose }: StackState): RuntimeName | undefined {
  return (supervisor ?? compose)?.runtime;
}

export function writeState<Part extends StatePart>(
  root: string,
  part: Part,
  state: NonNullable<StackState[Part]>,
): void {
  writeRecord(root, stateFile(root, part), state);
}

/** What `writeRecord` left; `undefined` when there is none, when it is damaged, or when it belongs to another folder. */
export function readRecord<T>(root: string, file: string): (T & { folder: FolderIdentity }) | undefined {
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as T & { folder: FolderIdentity };
    return isSameFolder(record.folder, root) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces the file at once; it is readable for its owner alone and names the folder that it belongs to. */
export function writeRecord(root: string, file: string, record: object): void {
  ensureStackFolder(root);
  const formerly = formerPaths(readRecord<object>(root, file)?.folder, root);
  const folder = { ...identifyFolder(root), ...(formerly.length > 0 && { formerly }) };
  replaceFileSync(file, `${JSON.stringify({ ...record, folder }, undefined, 2)}\n`, { mode: 0o600 });
}

/** Where the folder was while its stack was started, as far as nothing is there now. */
export function formerRoots(root: string): string[] {
  const parts = (['supervisor', 'compose'] as const).map((part) => readRecord(root, stateFile(root, part)));
  return [...new Set(parts.flatMap((record) => formerPaths(record?.folder, root)))];
}

function formerPaths(folder: FolderIdentity | undefined, root: string): string[] {
  if (!folder) return [];
  const paths = new Set([...(folder.formerly ?? []), folder.path]);
  return [...paths].filter((former) => former !== realPath(root) && !existsSync(former));
}

/** A path of before a move, as it is now. */
export function afterMove(file: string, formerly: readonly string[], root: string): string {
  const former = formerly.find((folder) => file === folder || file.startsWith(`${folder}${path.sep}`));
  return former === undefined ? file : path.join(root, path.relative(former, file));
}

export function removeState(root: string, part: StatePart): void {
  rmSync(stateFile(root, part), { force: true });
}

/** What an earlier receiver took in goes; one that is about to start finds an empty folder. */
export function emptySpans(root: string, { willReceive }: { willReceive: boolean }): void {
  rmSync(spansFolder(root), { recursive: true, force: true });
  if (willReceive) makeFolderSync(spansFolder(root), 0o700);
}

/** Makes the folder, closed to others and unknown to git. Throws a `Fault` (73) where it cannot be written. */
export function ensureStackFolder(root: string): string {
  const folder = stackFolder(root);
  makeFolderSync(folder, 0o700);
  const ignored = path.join(folder, '.gitignore');
  if (!existsSync(ignored)) replaceFileSync(ignored, '*\n');
  return folder;
}

import { createHash } from 'node:crypto';
import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { knownSecrets } from '../base/known-secrets.ts';
import { cannotWrite, makeFolderSync, replaceFile } from '../base/write-file.ts';
import type { RunResult } from '../check/result.ts';
import type { StackInfo } from '../check/stack.ts';
import type { OpenProbes } from '../engine/attempt.ts';
import { type Recording, recordProbes, replayProbes } from '../engine/record.ts';
import { redactDeep } from '../engine/redact-deep.ts';

/** Why a check observed nothing. */
export interface Unobserved {
  reason: string;
  enable?: string;
}

/** The contents of a bundle's `run.json`: enough to judge again without the stack. */
interface BundleManifest {
  bundleVersion: 1;
  stack: StackInfo;
  /** Check ids → file below the bundle. */
  recordings: Record<string, string>;
  /** Checks that observed nothing, as they were skipped or blocked; by id. */
  unobserved?: Record<string, Unobserved>;
  /** Ids of checks that still waited for an answer when their time was up. */
  unanswered: string[];
}

export interface EvidenceWriter {
  open: OpenProbes;
  /** Folder for screenshots and the like. */
  artifacts: string;
  /** Writes the result and the manifest. Resolves to the `Fault` (73) for what could not be saved; then nothing is. */
  finish(result: RunResult): Promise<Fault | undefined>;
}

/**
 * Saves everything the checks observe to `folder`: `run.json`, `result.json`, one file of calls for each check,
 * `artifacts/`. A bundle that cannot be written changes no verdict: it is removed, and `finish` returns the reason.
 * Rejects with a `Fault` (73) if the folder holds something else.
 */
export async function openEvidence(
  folder: string,
  stack: StackInfo,
  open: OpenProbes,
  redact: (text: string) => string,
): Promise<EvidenceWriter> {
  const present = await presentIn(folder);
  const isNew = present === undefined;
  if (present && present.length > 0 && !present.includes('run.json')) throw holdsOther(folder);
  let failure: Fault | undefined;
  /** Does nothing behind a failure: half a bundle is none. */
  const keep = async (work: () => Promise<void>) => {
    if (failure) return;
    try {
      await work();
    } catch (cause) {
      failure ??= cannotWrite(folder, cause);
    }
  };
  const write = (name: string, value: unknown) =>
    replaceFile(path.join(folder, name), `${JSON.stringify(redactDeep(value, redact), undefined, 2)}\n`, {
      mode: 0o600,
    });
  await keep(async () => {
    await removeParts(folder);
    for (const name of ['calls', 'artifacts']) makeFolderSync(path.join(folder, name));
  });
  const recordings: BundleManifest['recordings'] = {};
  const unanswered = new Set<string>();
  const save = async (recording: Recording) => {
    const name = fileOf(recording.checkId);
    recordings[recording.checkId] = name;
    const isWhole = recording.calls.every((call) => 'result' in call || call.error);
    unanswered[isWhole ? 'delete' : 'add'](recording.checkId);
    await keep(() => write(name, recording));
  };
  return {
    open: recordProbes(open, save),
    artifacts: path.join(folder, 'artifacts'),
    async finish(result) {
      const manifest: BundleManifest = {
        bundleVersion: 1,
        stack,
        recordings,
        unobserved: unobservedIn(result, recordings),
        unanswered: [...unanswered],
      };
      await keep(() => write('result.json', result));
      await keep(() => write('run.json', manifest));
      if (!failure) return undefined;
      await removeBundle(folder, isNew);
      const { message, hint } = failure;
      return new Fault({
        code: 'cannot-write',
        message: `no evidence was saved: ${message}`,
        ...(hint ? { hint } : {}),
        exitCode: ExitCode.cannotWrite,
        cause: failure,
      });
    },
  };
}

function unobservedIn({ checks }: RunResult, recordings: object): Record<string, Unobserved> {
  const entries = checks
    .filter(({ id }) => !Object.hasOwn(recordings, id))
    .map(({ id, reason, enable, blockedBy }) => {
      const why = reason ?? `blocked by ${(blockedBy ?? []).join(', ')} when the evidence was saved`;
      return [id, { reason: why, ...(enable ? { enable } : {}) }] as const;
    });
  return Object.fromEntries(entries);
}

/** Resolves to the names in the folder; `undefined`: there is no such folder. */
async function presentIn(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw codeOf(error) === 'ENOTDIR' ? holdsOther(folder) : cannotWrite(folder, error);
  }
}

function holdsOther(folder: string): Fault {
  return new Fault({
    code: 'cannot-write',
    message: `the evidence cannot be saved to ${folder}: it holds something else`,
    hint: 'name a folder that is empty or does not exist',
    exitCode: ExitCode.cannotWrite,
  });
}

/** `run.json` last: it shows that the folder is a bundle. */
async function removeParts(folder: string, names = ['calls', 'artifacts', 'result.json']): Promise<void> {
  for (const name of names) await rm(path.join(folder, name), { recursive: true, force: true });
}

/** Removes what was written so far; what cannot be removed could not be written either. */
async function removeBundle(folder: string, isNew: boolean): Promise<void> {
  await removeParts(folder, ['calls', 'artifacts', 'result.json', 'run.json']).catch(() => {});
  if (isNew) await rmdir(folder).catch(() => {});
}

/** Returns a file name that is readable, and safe for any id. */
function fileOf(checkId: string): string {
  const readable = knownSecrets(checkId)
    .replace(/[^\w.-]+/g, '-')
    .slice(0, 80);
  return `calls/${readable}.${createHash('sha256').update(checkId).digest('hex').slice(0, 8)}.json`;
}

/** Evidence that was saved, ready to be judged again. */
export interface Bundle {
  folder: string;
  stack: StackInfo;
  /** Ids of the checks of the run. */
  ids: string[];
  /** Those among them that observed nothing: they are skipped again. */
  unobserved: ReadonlyMap<string, Unobserved>;
  /** Those among them that timed out without an answer. */
  unanswered: string[];
  open: OpenProbes;
}

/** Reads what `openEvidence` saved. Rejects with a `Fault` (2) if the folder is no bundle. */
export async function openBundle(folder: string, redact: (text: string) => string): Promise<Bundle> {
  let manifest: BundleManifest;
  try {
    manifest = JSON.parse(await readFile(path.join(folder, 'run.json'), 'utf8'));
    if (manifest.bundleVersion !== 1)
      throw new Error(`bundle version ${manifest.bundleVersion} is not known`);
  } catch (cause) {
    throw new Fault({
      code: 'no-bundle',
      message: `${folder} holds no evidence: ${messageOf(cause)}`,
      hint: `meatymusic verify --evidence ${folder}`,
      exitCode: ExitCode.usage,
      cause,
    });
  }
  const { stack, recordings, unanswered, unobserved = {} } = manifest;
  const recordingOf = async (id: string): Promise<Recording | undefined> => {
    const name = Object.hasOwn(recordings, id) ? recordings[id] : undefined;
    return name === undefined
      ? undefined
      : JSON.parse(await readFile(path.join(folder, path.normalize(name)), 'utf8'));
  };
  return {
    folder,
    stack,
    ids: [...Object.keys(recordings), ...Object.keys(unobserved)],
    unobserved: new Map(Object.entries(unobserved)),
    unanswered,
    open: replayProbes(recordingOf, redact),
  };
}

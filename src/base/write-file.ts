import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, Fault, messageOf } from './errors.ts';
import { ExitCode } from './exit-code.ts';
import { makeFolder } from './make-folder.ts';

export interface WriteOptions {
  /** Default: 0o666, reduced by the umask. */
  mode?: number;
  /** True if the file must be on the disk when the call returns, in case of a power failure. Default: false. */
  durable?: boolean;
}

const reasons: Record<string, [reason: string, hint?: string]> = {
  EACCES: ['permission denied', 'give this user the right to write there, or work in another folder'],
  EPERM: ['not permitted', 'give this user the right to write there, or work in another folder'],
  EROFS: ['the file system is read-only', 'work in a folder that can be written'],
  ENOSPC: ['no space is left on the device', 'free some space'],
  EDQUOT: ['the disk quota is used up', 'free some space'],
  ENOTDIR: ['a part of its path is not a folder', 'remove the file that is in the way'],
  EEXIST: ['something else is there', 'remove what is in the way'],
  EISDIR: ['a folder is there', 'remove the folder that is in the way'],
  ENOENT: ['a folder of its path does not exist'],
};

/** Returns why a file could not be written, from the error of the system or the `Fault` made from it. */
export function whyNotWritten(cause: unknown): { reason: string; hint?: string | undefined } {
  const error = cause instanceof Fault ? cause.cause : cause;
  const code = codeOf(error);
  const [reason, hint] = reasons[code ?? ''] ?? [messageOf(error)];
  return { reason: code ? `${reason} (${code})` : reason, hint };
}

/** Returns the `Fault` (73) for a file or folder that could not be written: its path, the reason, the next step. */
export function cannotWrite(file: string, cause: unknown): Fault {
  if (cause instanceof Fault) return cause;
  const { reason, hint } = whyNotWritten(cause);
  return new Fault({
    code: 'cannot-write',
    message: `${file} cannot be written: ${reason}`,
    ...(hint ? { hint } : {}),
    exitCode: ExitCode.cannotWrite,
    cause,
  });
}

/** Replaces a file atomically: readers see the old or the new content. Leaves no temporary file. Throws a `Fault` (73). */
export function replaceFileSync(
  file: string,
  content: string | Uint8Array,
  { mode = 0o666, durable = false }: WriteOptions = {},
): void {
  const draft = draftOf(file);
  try {
    const descriptor = openSync(draft, 'wx', mode);
    try {
      writeFileSync(descriptor, content);
      if (durable) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, file);
  } catch (cause) {
    discard(draft);
    throw cannotWrite(file, cause);
  }
}

/** Replaces a file atomically without blocking; creates its parent folders. Rejects with a `Fault` (73). */
export async function replaceFile(
  file: string,
  content: string | Uint8Array,
  { mode = 0o666 }: Pick<WriteOptions, 'mode'> = {},
): Promise<void> {
  const draft = draftOf(file);
  try {
    await makeFolder(path.dirname(file));
    const handle = await open(draft, 'wx', mode);
    try {
      await handle.writeFile(content);
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => {});
    throw cannotWrite(file, cause);
  }
}

/** Creates new files with their parent folders: all of them or none. Throws a `Fault` (73) if one exists. */
export function createFilesSync(files: Readonly<Record<string, string>>): void {
  const created: string[] = [];
  for (const [file, content] of Object.entries(files)) {
    try {
      mkdirSync(path.dirname(file), { recursive: true });
      closeSync(openSync(file, 'wx'));
      created.push(file);
      writeFileSync(file, content);
    } catch (cause) {
      for (const each of created) discard(each);
      throw cannotWrite(file, cause);
    }
  }
}

/** Creates a folder and its parents; leaves an existing one unchanged. Throws a `Fault` (73). */
export function makeFolderSync(folder: string, mode = 0o777): void {
  try {
    mkdirSync(folder, { recursive: true, mode });
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error('no folder'), { code: 'ENOTDIR' });
  } catch (cause) {
    throw cannotWrite(folder, cause);
  }
}

/** Opens a log that processes append to; the caller closes the descriptor. Throws a `Fault` (73). */
export function openLogSync(file: string): number {
  makeFolderSync(path.dirname(file), 0o700);
  try {
    return openSync(file, 'a', 0o600);
  } catch (cause) {
    throw cannotWrite(file, cause);
  }
}

/** Returns an unpredictable path beside the file, because a rename does not cross file systems. */
function draftOf(file: string): string {
  return `${file}.${randomBytes(6).toString('hex')}.tmp`;
}

/** Removes a temporary file. Ignores a failure: the folder is not writable, which is reported already. */
function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Reported by the caller.
  }
}

import { readFileSync, statSync, writeSync } from 'node:fs';
import { realpath, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Fault, messageOf } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { inertCommands } from '../../base/safe-text.ts';
import { makeFolderSync, replaceFile, replaceFileSync, whyNotWritten } from '../../base/write-file.ts';
import type { RunResult } from '../../check/result.ts';
import { type Look, type OpenReport, plainLook } from '../../reporters/index.ts';
import type { Invocation } from '../invocation.ts';
import { writeJobSummary } from './job-summary.ts';

/** What reports need beside the result. Default: pictures of the file system, and no history. */
export type Beside = Pick<Look, 'picture' | 'history'>;

/**
 * Writes every report, files first, so that a reader of standard output that went away costs none of them. Resolves to
 * what could not be written; rejects only when standard output fails.
 */
export async function writeReports(
  result: RunResult,
  reports: readonly OpenReport[],
  {
    stdout,
    redact,
    verbose,
    quiet,
    cwd,
    env,
  }: Pick<Invocation, 'stdout' | 'redact' | 'verbose' | 'quiet' | 'cwd' | 'env'>,
  beside: Beside = {},
): Promise<Fault[]> {
  const faults: Fault[] = [];
  const common = { verbose, quiet, ...withPictures(cwd, beside) };
  for (const report of reports) {
    const { name, file } = report;
    if (file === undefined) continue;
    const parts = partsOf(report, result, { ...plainLook, ...common }, faults);
    for (const [part, content] of parts) {
      const place = path.join(file, part);
      try {
        await writeAtomically(path.resolve(cwd, place), redacted(content, redact));
      } catch (cause) {
        faults.push(writeFault(name, place, cause));
      }
    }
  }
  for (const report of reports) {
    if (report.file !== undefined || 'files' in report.reporter) continue;
    const columns = Number.isFinite(stdout.columns) ? stdout.columns : plainLook.columns;
    const parts = partsOf(report, result, { columns, color: stdout.color, ...common }, faults);
    for (const [, text] of parts) {
      await (report.reporter.commands ? stdout.writeCommands(String(text)) : stdout.write(String(text)));
    }
  }
  const hasGithub = reports.some(({ name }) => name === 'github');
  const fault = hasGithub && (await writeJobSummary(result, { ...plainLook, ...common }, env, redact));
  return fault ? [...faults, fault] : faults;
}

/** Returns the files of a report by their names below its target; a text has the empty name. Empty: the reporter failed. */
function partsOf(
  { name, reporter }: OpenReport,
  result: RunResult,
  look: Look,
  faults: Fault[],
): [name: string, content: string | Uint8Array][] {
  try {
    if (!('files' in reporter)) return [['', reporter.render(result, look)]];
    const files = Object.entries(reporter.files(result, look));
    const outside = files.find(([file]) => !isBelow(file));
    if (outside) throw new Error(`"${outside[0]}" is not below the folder`);
    return files;
  } catch (cause) {
    faults.push(renderFault(name, cause));
    return [];
  }
}

function isBelow(file: string): boolean {
  const relative = path.normalize(file);
  return (
    relative !== '.' &&
    relative !== '..' &&
    !relative.startsWith(`..${path.sep}`) &&
    !path.isAbsolute(relative)
  );
}

function redacted(content: string | Uint8Array, redact: (text: string) => string): string | Uint8Array {
  return typeof content === 'string' ? redact(content) : content;
}

function withPictures(cwd: string, { picture = pictureOf(cwd), history }: Beside): Beside {
  return { picture, ...(history && { history }) };
}

/**
 * The same where nothing asynchronous happens any more: the process is about to be ended. What cannot be written is
 * left out; a reader that does not read is waited for as long as `withinMs`.
 */
export function writeReportsNow(
  result: RunResult,
  reports: readonly OpenReport[],
  { redact, verbose, quiet, cwd }: Pick<Invocation, 'redact' | 'verbose' | 'quiet' | 'cwd'>,
  withinMs = 2000,
): void {
  for (const report of reports) {
    const { file, reporter } = report;
    const hasCommands = 'render' in reporter && reporter.commands;
    const parts = partsOf(report, result, { ...plainLook, verbose, quiet, picture: pictureOf(cwd) }, []);
    for (const [part, content] of parts) {
      try {
        const shown = redacted(content, redact);
        const text = typeof shown === 'string' && !hasCommands ? inertCommands(shown) : shown;
        if (file === undefined) writeWholly(1, Buffer.from(text as string), withinMs);
        else writeNow(path.resolve(cwd, file, part), text);
      } catch {
        // The others may still be written.
      }
    }
  }
}

function writeNow(file: string, content: string | Uint8Array): void {
  makeFolderSync(path.dirname(file));
  replaceFileSync(file, content);
}

const maxPictureBytes = 2 * 1024 * 1024;
const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** Returns what reads screenshots for a report: PNG files alone, as a result that is judged again could name any file. */
function pictureOf(cwd: string): NonNullable<Look['picture']> {
  return (name) => {
    try {
      const file = path.resolve(cwd, name);
      if (statSync(file).size > maxPictureBytes) return undefined;
      const bytes = readFileSync(file);
      return bytes.subarray(0, pngSignature.length).equals(pngSignature) ? bytes : undefined;
    } catch {
      return undefined;
    }
  };
}

/** A pipe that is full refuses more for a while. */
function writeWholly(descriptor: number, bytes: Buffer, withinMs: number): void {
  const end = Date.now() + withinMs;
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || Date.now() > end) throw error;
      Atomics.wait(sleeper, 0, 0, 10);
    }
  }
}

/** Beside, then renamed: a reader never sees half a report. What is no regular file (a device, a pipe) is written to. */
async function writeAtomically(file: string, text: string | Uint8Array): Promise<void> {
  const existing = await stat(file).catch(() => undefined);
  if (existing && !existing.isFile()) {
    await writeFile(file, text);
    return;
  }
  // What a link leads to is replaced, and not the link.
  await replaceFile(existing ? await realpath(file) : file, text);
}

function writeFault(name: string, file: string, cause: unknown): Fault {
  const { reason, hint } = whyNotWritten(cause);
  return new Fault({
    code: 'cannot-write',
    message: `the ${name} report could not be written to ${file}: ${reason}`,
    ...(hint ? { hint } : {}),
    exitCode: ExitCode.cannotWrite,
    cause,
  });
}

function renderFault(name: string, cause: unknown): Fault {
  return new Fault({
    code: 'reporter-failed',
    message: `the reporter ${name} failed, its report is not written: ${messageOf(cause)}`,
    exitCode: ExitCode.internal,
    cause,
  });
}

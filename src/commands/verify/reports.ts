import { readFileSync, statSync, writeSync } from 'node:fs';
import { realpath, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Fault, messageOf } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { inertCommands } from '../../base/safe-text.ts';
import { replaceFile, replaceFileSync, whyNotWritten } from '../../base/write-file.ts';
import type { RunResult } from '../../check/result.ts';
import { type Look, type OpenReport, plainLook } from '../../reporters/index.ts';
import type { Invocation } from '../invocation.ts';

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
  }: Pick<Invocation, 'stdout' | 'redact' | 'verbose' | 'quiet' | 'cwd'>,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  const render = (report: OpenReport, look: Look): string | undefined => {
    try {
      return report.reporter.render(result, look);
    } catch (cause) {
      faults.push(renderFault(report.name, cause));
      return undefined;
    }
  };
  for (const report of reports) {
    const { name, file } = report;
    if (file === undefined) continue;
    const text = render(report, { ...plainLook, verbose, quiet, picture: pictureOf(cwd) });
    if (text === undefined) continue;
    try {
      await writeAtomically(path.resolve(cwd, file), redact(text));
    } catch (cause) {
      faults.push(writeFault(name, file, cause));
    }
  }
  for (const report of reports) {
    if (report.file !== undefined) continue;
    const look = {
      columns: Number.isFinite(stdout.columns) ? stdout.columns : plainLook.columns,
      color: stdout.color,
      verbose,
      quiet,
      picture: pictureOf(cwd),
    };
    const text = render(report, look);
    if (text === undefined) continue;
    await (report.reporter.commands ? stdout.writeCommands(text) : stdout.write(text));
  }
  return faults;
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
  for (const { file, reporter } of reports) {
    try {
      const shown = redact(
        reporter.render(result, { ...plainLook, verbose, quiet, picture: pictureOf(cwd) }),
      );
      const text = Buffer.from(reporter.commands ? shown : inertCommands(shown));
      if (file === undefined) writeWholly(1, text, withinMs);
      else replaceFileSync(path.resolve(cwd, file), text);
    } catch {
      // The others may still be written.
    }
  }
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
async function writeAtomically(file: string, text: string): Promise<void> {
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

import { appendFile } from 'node:fs/promises';
import { Fault, messageOf } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { whyNotWritten } from '../../base/write-file.ts';
import type { RunResult } from '../../check/result.ts';
import { type Look, loadReporter } from '../../reporters/index.ts';

/** GitHub refuses a summary of more than 1 MiB, all of it. */
const maxBytes = 1024 * 1024;

/**
 * Appends the Markdown report to the job summary of GitHub Actions, which GITHUB_STEP_SUMMARY names; nothing where it is
 * unset. A report that is too long is left out, and the summary says so. Resolves to the `Fault` (73) if it cannot be written.
 */
export async function writeJobSummary(
  result: RunResult,
  look: Look,
  { GITHUB_STEP_SUMMARY: file }: Readonly<Record<string, string | undefined>>,
  redact: (text: string) => string,
): Promise<Fault | undefined> {
  if (!file) return undefined;
  try {
    const text = redact((await loadReporter('markdown')).render(result, look));
    const [heading = ''] = text.split('\n', 1);
    const short = `${heading}\n\nThe report is longer than a job summary may be: use \`--reporter html=report.html\`.\n`;
    await appendFile(file, Buffer.byteLength(text) < maxBytes ? text : short);
    return undefined;
  } catch (cause) {
    const { reason, hint } = whyNotWritten(cause);
    return new Fault({
      code: 'cannot-write',
      message: `the job summary could not be written to ${file}: ${reason || messageOf(cause)}`,
      ...(hint ? { hint } : {}),
      exitCode: ExitCode.cannotWrite,
      cause,
    });
  }
}

import path from 'node:path';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { nearest } from '../base/nearest.ts';

/** Where a report goes: `name` to standard output, `name=file` to a file or a folder. The name may be a file that has the reporter. */
export interface ReportTarget {
  name: string;
  file?: string;
}

/** Returns true for the name of a JavaScript or TypeScript file. */
export function isReporterFile(name: string): boolean {
  return /\.[cm]?[jt]s$/.test(name);
}

/** Returns the target with the file of its reporter as an absolute path, for a call in the folder `cwd`. */
export function withAbsoluteReporter(text: string, cwd: string): string {
  const { name, file } = splitTarget(text);
  if (!isReporterFile(name)) return text;
  return path.resolve(cwd, name) + (file === undefined ? '' : `=${file}`);
}

/**
 * Parses targets. Throws a usage `Fault` for a name that is neither in `names` nor a file, for a target without a file name,
 * and for two reports that go to one place.
 */
export function parseTargets(texts: readonly string[], names: readonly string[]): ReportTarget[] {
  const targets = texts.map((text): ReportTarget => {
    const { name, file } = splitTarget(text);
    if (!names.includes(name) && !isReporterFile(name)) {
      const near = nearest(name, names);
      throw badTarget(
        `there is no reporter "${name}"${near ? `; nearest: ${near}` : ''}`,
        `${names.join(', ')}, or your own: ./mine.ts`,
      );
    }
    if (file === undefined) return { name };
    if (file === '')
      throw badTarget(`the reporter ${name} has no file after "="`, `--reporter ${name}=report.txt`);
    return { name, file };
  });
  const toStdout = targets.filter(({ file }) => file === undefined).map(({ name }) => name);
  if (toStdout.length > 1) {
    throw badTarget(
      `two reports cannot share standard output: ${toStdout.join(', ')}`,
      `--reporter ${toStdout[0]} --reporter ${toStdout[1]}=file`,
    );
  }
  const files = targets.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice) throw badTarget(`two reports cannot share the file ${twice}`, 'give each its own');
  return targets;
}

/** Returns the `Fault` (2) for a reporter that writes a folder, without one. */
export function withoutFolder({ name }: ReportTarget): Fault {
  return badTarget(`the reporter ${name} writes a folder, and none is named`, `--reporter ${name}=reports`);
}

/** The file of a reporter may have a `=` in its path: it ends after its extension. */
function splitTarget(text: string): ReportTarget {
  const ofFile = /^(?![\w-]+=)(.*?\.[cm]?[jt]s)(?:=(.*))?$/s.exec(text);
  const [, name = text, file] = ofFile ?? /^([^=]*)=(.*)$/s.exec(text) ?? [];
  return file === undefined ? { name } : { name, file };
}

function badTarget(message: string, hint: string): Fault {
  return new Fault({ code: 'bad-reporter', message, hint, exitCode: ExitCode.usage });
}

import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { nearest } from '../base/nearest.ts';
import type { Reporter } from './reporter.ts';

export { type Look, plainLook, type Reporter } from './reporter.ts';

const loaders: Readonly<Record<string, () => Promise<Reporter>>> = {
  pretty: async () => (await import('./pretty.ts')).pretty,
  json: async () => (await import('./json.ts')).json,
  jsonl: async () => (await import('./jsonl.ts')).jsonl,
  junit: async () => (await import('./junit.ts')).junit,
  tap: async () => (await import('./tap.ts')).tap,
  github: async () => (await import('./github.ts')).github,
  markdown: async () => (await import('./markdown.ts')).markdown,
  html: async () => (await import('./html.ts')).html,
  prometheus: async () => (await import('./prometheus.ts')).prometheus,
};

export const reporterNames: readonly string[] = Object.keys(loaders);

/** Where a report goes: `name` to standard output, `name=file` to a file. */
export interface ReportTarget {
  name: string;
  file?: string;
}

/** Rejects with a usage `Fault` what is no reporter, has no file name, or goes to standard output beside another. */
export function parseTargets(texts: readonly string[]): ReportTarget[] {
  const targets = texts.map((text): ReportTarget => {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    if (!Object.hasOwn(loaders, name)) {
      const near = nearest(name, reporterNames);
      throw usage(
        `there is no reporter "${name}"${near ? `; nearest: ${near}` : ''}`,
        reporterNames.join(', '),
      );
    }
    if (equals < 0) return { name };
    const file = text.slice(equals + 1);
    if (file === '')
      throw usage(`the reporter ${name} has no file after "="`, `--reporter ${name}=report.txt`);
    return { name, file };
  });
  const toStdout = targets.filter(({ file }) => file === undefined).map(({ name }) => name);
  if (toStdout.length > 1) {
    throw usage(
      `two reports cannot share standard output: ${toStdout.join(', ')}`,
      `--reporter ${toStdout[0]} --reporter ${toStdout[1]}=file`,
    );
  }
  const files = targets.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice) throw usage(`two reports cannot share the file ${twice}`, 'give each its own');
  return targets;
}

export function loadReporter(name: string): Promise<Reporter> {
  const load = loaders[name];
  if (!load) throw usage(`there is no reporter "${name}"`, reporterNames.join(', '));
  return load();
}

function usage(message: string, hint: string): Fault {
  return new Fault({ code: 'bad-reporter', message, hint, exitCode: ExitCode.usage });
}

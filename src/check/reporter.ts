import type { RunResult, Status } from './result.ts';

/** The abilities of the output of a report. A machine format ignores it. */
export interface Look {
  /** Width in characters. Default: 100 for a file or a pipe. */
  columns: number;
  /** True if escape sequences of colours are shown as colours. */
  color: boolean;
  /** `--verbose`: every check and all its evidence, also of those that passed. */
  verbose: boolean;
  /** `--quiet`: only the checks that did not pass, and the end of the run. */
  quiet: boolean;
  /** Returns the bytes of a picture that is evidence; absent, or `undefined`: it cannot be read. */
  picture?(path: string): Buffer | undefined;
  /** Returns the verdicts of a check in earlier runs, oldest first; absent: none are known. */
  history?(checkId: string): readonly PastVerdict[];
}

/** The verdict of a check in an earlier run. */
export interface PastVerdict {
  /** ISO 8601, UTC. */
  startedAt: string;
  status: Status;
}

/** A format of the result of a run. */
export interface Reporter {
  /** Returns the report as text. It must be a pure function: the same result gives the same text. */
  render(result: RunResult, look: Look): string;
  /** True if the text has workflow commands for the runner of a CI job (`::error …`); otherwise they are made inert. */
  commands?: true;
}

/** A format of several files: `--reporter <name>=<folder>`. */
export interface FolderReporter {
  /**
   * Returns the files by their names below the folder. It must be a pure function. Files of other names stay in the folder.
   */
  files(result: RunResult, look: Look): Readonly<Record<string, string | Uint8Array>>;
}

/** A reporter of a project or a plugin. */
export type ReporterDefinition = (Reporter | FolderReporter) & {
  /** Its name in messages, for example `csv`. */
  name: string;
};

/**
 * Gives a reporter its types and returns it. A file of the project has it as its default export:
 * `meatymusic verify --reporter ./csv.ts=report.csv`. An error that it throws ends the run with 70; the other reports
 * are written.
 *
 * @example
 * export default defineReporter({
 *   name: 'csv',
 *   render: ({ checks }) => checks.map(({ id, status }) => `${id},${status}\n`).join(''),
 * });
 */
export function defineReporter(reporter: ReporterDefinition): ReporterDefinition {
  return reporter;
}

/** Returns the reasons why a value is no reporter; none for a valid one. */
export function problemsOfReporter(given: unknown): string[] {
  if (typeof given !== 'object' || given === null || !('render' in given || 'files' in given)) {
    return ['is no reporter; in a file: export default defineReporter({ name, render })'];
  }
  const { name, render, files, commands } = given as Partial<Record<string, unknown>>;
  return [
    ...(typeof name === 'string' && /^[\w.-]+$/.test(name) ? [] : ['"name" is not a word']),
    ...(render === undefined || typeof render === 'function' ? [] : ['"render" is not a function']),
    ...(files === undefined || typeof files === 'function' ? [] : ['"files" is not a function']),
    ...(render === undefined || files === undefined ? [] : ['has both "render" and "files"']),
    ...(commands === undefined || typeof commands === 'boolean' ? [] : ['"commands" is not true']),
  ];
}

import type { RunResult } from './result.ts';

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
}

/** A format of the result of a run. */
export interface Reporter {
  /** Returns the report as text. It must be a pure function: the same result gives the same text. */
  render(result: RunResult, look: Look): string;
  /** True if the text has workflow commands for the runner of a CI job (`::error …`); otherwise they are made inert. */
  commands?: true;
}

/** A reporter of a project or a plugin. */
export interface ReporterDefinition extends Reporter {
  /** Its name in messages, for example `csv`. */
  name: string;
}

/**
 * Gives a reporter its types and returns it. A file of the project has it as its default export:
 * `meatymusic verify --reporter ./csv.ts=report.csv`. An error that `render` throws ends the run with 70; the other reports
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
  if (typeof given !== 'object' || given === null || !('render' in given)) {
    return ['is no reporter; in a file: export default defineReporter({ name, render })'];
  }
  const { name, render, commands } = given as Partial<Record<string, unknown>>;
  return [
    ...(typeof name === 'string' && /^[\w.-]+$/.test(name) ? [] : ['"name" is not a word']),
    ...(typeof render === 'function' ? [] : ['"render" is not a function']),
    ...(commands === undefined || typeof commands === 'boolean' ? [] : ['"commands" is not true']),
  ];
}

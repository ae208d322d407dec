import type { CommandMigrationState } from './probes/migrations.ts';

/** Messages of argument parsers about an option or a command that this version of the tool does not have. */
const notUnderstood =
  /unrecognized (?:arguments?|option|command)|no such (?:option|command)|unknown (?:flag|option|command|argument|switch|shorthand)|invalid (?:option|choice)/i;

/** Returns the line with which the tool refuses `migrations.check` itself: then its exit code says nothing of the migrations. */
export function misunderstoodLine({
  exitCode,
  lines,
}: Pick<NonNullable<CommandMigrationState['check']>, 'exitCode' | 'lines'>): string | undefined {
  return exitCode === 0 ? undefined : lines.find((line) => notUnderstood.test(line));
}

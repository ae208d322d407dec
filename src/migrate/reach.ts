import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { nearest } from '../base/nearest.ts';
import type { MigrationFile } from './migration-file.ts';
import type { FullMigrationState } from './state.ts';

/** Range of migrations: up to a name, or a number of steps. */
export interface Reach {
  to?: string | undefined;
  steps?: number | undefined;
}

/** Returns the pending migrations up to `to` (included), or the first `steps`. Default: all. */
export function reachUp(
  files: readonly MigrationFile[],
  { pending, applied }: FullMigrationState,
  { to, steps }: Reach,
): MigrationFile[] {
  const waiting = files.filter(({ name }) => pending.includes(name));
  if (steps !== undefined) return waiting.slice(0, steps);
  if (to === undefined) return waiting;
  const target = resolveName(to, [...new Set([...files.map(({ name }) => name), ...applied])]);
  return waiting.filter(({ name }) => name <= target);
}

/** Returns applied migrations, newest first: those after `to` (excluded), or the last `steps`. Default: one. */
export function reachDown({ applied }: FullMigrationState, { to, steps }: Reach): string[] {
  const newestFirst = [...applied].reverse();
  if (to === undefined) return newestFirst.slice(0, steps ?? 1);
  const target = resolveName(to, applied);
  return newestFirst.slice(0, newestFirst.indexOf(target));
}

/** Returns the migration with this name, or the only one whose name contains it: `foundation`. */
export function resolveName(wanted: string, names: readonly string[]): string {
  if (names.includes(wanted)) return wanted;
  const partial = names.filter((name) => name.includes(wanted));
  if (partial.length === 1 && wanted !== '') return partial[0]!;
  const guess = nearest(wanted, names);
  throw new Fault({
    code: partial.length > 1 ? 'migration-ambiguous' : 'migration-unknown',
    message:
      partial.length > 1
        ? `"${wanted}" fits several migrations: ${partial.join(', ')}`
        : `there is no migration "${wanted}"${guess ? `; did you mean ${guess}?` : ''}`,
    hint: 'meatymusic migrate status lists them',
    exitCode: ExitCode.usage,
  });
}

import path from 'node:path';
import type { RunResult } from '../../check/result.ts';

/** The paths of a project that decide about verdicts. */
export interface WatchedPaths {
  /** Configuration and `.env` files: a change touches every check. */
  config: readonly string[];
  /** Files and folders of checks. */
  checks: readonly string[];
  migrations: readonly string[];
}

export type Touched = { kind: 'all' } | { kind: 'checks'; ids: string[] };

type Known = Pick<RunResult['checks'][number], 'id' | 'area' | 'source'>;

/**
 * Returns what changed files touch: a file of known checks those checks, a migration the checks of the area `database`;
 * everything else, also a file that no known check is from, every check.
 */
export function touchedBy(
  files: readonly string[],
  { migrations }: WatchedPaths,
  known: readonly Known[],
  root: string,
): Touched {
  const ids = new Set<string>();
  for (const file of files) {
    const own = known.filter(({ source }) => path.resolve(root, source) === file);
    const isMigration = migrations.some((folder) => file.startsWith(folder + path.sep));
    const touched = isMigration ? known.filter(({ area }) => area === 'database') : own;
    if (touched.length === 0) return { kind: 'all' };
    for (const { id } of touched) ids.add(id);
  }
  return { kind: 'checks', ids: [...ids] };
}

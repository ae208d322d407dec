import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { Look } from '../check/reporter.ts';
import type { RunResult } from '../check/result.ts';
import { mergeResults } from '../engine/merge-results.ts';
import { problemsOfShards } from '../engine/shards-fit.ts';
import type { SavedResult } from './saved-results.ts';

/** One result with what reports need beside it. */
export interface MergedResult {
  result: RunResult;
  /** Returns a picture of the blobs; the path is that of the result. */
  picture: NonNullable<Look['picture']>;
  history: NonNullable<Look['history']>;
}

/**
 * Merges saved results into one; a single whole result stays as it is. Throws a `Fault` (2) with every reason where they are
 * not the shards of one run.
 */
export function mergeSaved(saved: readonly SavedResult[]): MergedResult {
  const details = problemsOfShards(saved);
  if (details.length > 0) {
    throw new Fault({
      code: 'shards-differ',
      message: 'these results are not the shards of one run',
      details,
      hint: 'name the results of one run, each shard once; `meatymusic report <file>` renders one alone',
      exitCode: ExitCode.usage,
    });
  }
  const pictures = new Map<string, Buffer>();
  const results = saved.map((each) => {
    const nameIn = saved.length > 1 ? prefixOf(each) : '';
    for (const [name, content] of each.pictures ?? []) pictures.set(`${nameIn}${name}`, content);
    return { file: each.file, result: nameIn ? withPrefix(each.result, nameIn) : each.result };
  });
  return {
    result: mergeResults(results),
    picture: (path) => pictures.get(path),
    history: (id) =>
      saved.flatMap(({ history = {} }) => (Object.hasOwn(history, id) ? [history[id] ?? []] : []))[0] ?? [],
  };
}

/** Shards name their files alike. */
const prefixOf = ({ result }: SavedResult) => `shard-${result.shard?.index ?? 1}/`;

function withPrefix(result: RunResult, prefix: string): RunResult {
  const checks = result.checks.map((check) => ({
    ...check,
    evidence: check.evidence.map((each) =>
      each.kind === 'file' ? { ...each, path: `${prefix}${each.path}` } : each,
    ),
  }));
  return { ...result, checks };
}

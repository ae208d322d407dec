import { described, integer, mapOf, strictMap, v } from '../base/schema.ts';
import type { PastVerdict } from '../check/reporter.ts';
import type { RunResult } from '../check/result.ts';
import { inertJson } from './inert.ts';
import type { FolderReporter } from './reporter.ts';

/** Version of the file; raised when a reader of the old one would misread it. */
export const blobVersion = 1;

/** The file that `--reporter blob=folder` writes, except the result, which has its own schema. */
export const blobSchema = strictMap({
  blobVersion: v.literal(blobVersion),
  result: v.unknown(),
  pictures: described(
    mapOf(strictMap({ bytes: integer(0), base64: v.string() })),
    'Pictures that are evidence, by their paths',
  ),
  history: v.optional(
    described(
      mapOf(v.array(strictMap({ startedAt: v.string(), status: v.string() }))),
      'Verdicts of earlier runs by check ID, oldest first',
    ),
  ),
});

/**
 * Everything that reports need, in one file of the folder: the result, and what its evidence refers to. The name has the
 * shard, so that all shards can write to one folder.
 */
export const blob: FolderReporter = {
  files(result, look) {
    const history = historyOf(result, look.history);
    const content = {
      blobVersion,
      pictures: picturesOf(result, look.picture),
      ...(history && { history }),
      result,
    };
    return { [nameOf(result)]: `${inertJson(JSON.stringify(content))}\n` };
  },
};

function nameOf({ shard }: RunResult): string {
  return shard ? `blob-${shard.index}-of-${shard.count}.json` : 'blob.json';
}

function picturesOf({ checks }: RunResult, picture: ((path: string) => Buffer | undefined) | undefined) {
  const files = checks.flatMap(({ evidence }) =>
    evidence.flatMap((each) => (each.kind === 'file' ? [each.path] : [])),
  );
  const read = [...new Set(files)].flatMap((path) => {
    const content = picture?.(path);
    return content ? [[path, { bytes: content.length, base64: content.toString('base64') }] as const] : [];
  });
  return Object.fromEntries(read);
}

function historyOf(
  { checks }: RunResult,
  history: ((id: string) => readonly PastVerdict[]) | undefined,
): Record<string, readonly PastVerdict[]> | undefined {
  const known = checks.flatMap(({ id }) => {
    const verdicts = history?.(id) ?? [];
    return verdicts.length > 0 ? [[id, verdicts] as const] : [];
  });
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}

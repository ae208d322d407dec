/** Duration of a check where none is known. Its unit cancels out: all are equal then. */
const unknownMs = 1;

/**
 * Divides IDs among `count` shards so that each takes about the same time: the longest first, each to the shard with the
 * least to do. A check without a duration counts as the median of the others; without durations each shard has about the
 * same number. Calls with the same arguments return the same shards.
 */
export function divideIntoShards(
  ids: readonly string[],
  count: number,
  durations: ReadonlyMap<string, number> = new Map(),
): string[][] {
  const known = ids.flatMap((id) => durations.get(id) ?? []).sort((a, b) => a - b);
  const median = known[Math.floor(known.length / 2)] ?? unknownMs;
  const durationOf = (id: string) => durations.get(id) ?? median;
  const shards = Array.from({ length: count }, () => ({ ids: [] as string[], ms: 0 }));
  const longestFirst = [...ids].sort((a, b) => durationOf(b) - durationOf(a) || (a < b ? -1 : 1));
  for (const id of longestFirst) {
    const shard = shards.reduce((least, each) =>
      each.ms < least.ms || (each.ms === least.ms && each.ids.length < least.ids.length) ? each : least,
    );
    shard.ids.push(id);
    shard.ms += durationOf(id);
  }
  return shards.map(({ ids }) => ids);
}

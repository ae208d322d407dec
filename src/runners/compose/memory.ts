import type { EngineCli } from './cli.ts';
import type { Container } from './containers.ts';

interface Stats {
  memory_stats?: { usage?: number; stats?: { inactive_file?: number; total_inactive_file?: number } };
}

/** Resolves to the bytes that each container that runs uses, as `docker stats` counts: without the cache of files. */
export async function memoryOf(
  { api }: EngineCli,
  containers: readonly Container[],
): Promise<ReadonlyMap<string, number>> {
  if (!api) return new Map();
  const running = containers.filter(({ status }) => status === 'running');
  const entries = await Promise.all(
    running.map(async ({ id }): Promise<[string, number][]> => {
      // One that ended since then, or an engine that keeps no statistics, leaves the others known.
      const answer = await api
        .get(`/containers/${id}/stats?stream=false&one-shot=true`)
        .catch(() => undefined);
      const { usage, stats = {} } = (answer as Stats | undefined)?.memory_stats ?? {};
      if (usage === undefined) return [];
      return [[id, usage - (stats.inactive_file ?? stats.total_inactive_file ?? 0)]];
    }),
  );
  return new Map(entries.flat());
}

import type { RunResult } from '../check/result.ts';
import type { AnyServiceInfo } from '../check/stack.ts';
import type { NamedResult } from './merge-results.ts';

/** More checks than these are counted. */
const mostNamed = 5;

/**
 * Returns why these results are not the shards of one run, each reason with its files: a shard that is there twice, another
 * number of shards, commit, version, environment, stack or selection. Empty: they can be merged.
 */
export function problemsOfShards(shards: readonly NamedResult[]): string[] {
  return [
    ...twice(shards),
    ...difference('the number of shards', shards, ({ shard }) => String(shard?.count ?? 1)),
    ...difference('the commit', shards, ({ build }) => build?.commit ?? 'none'),
    ...difference('the version of meatymusic', shards, ({ tool }) => tool.version),
    ...difference('the environment', shards, ({ environment }) => environment ?? 'none'),
    ...differentStacks(shards),
    ...differentSelections(shards),
  ];
}

function twice(shards: readonly NamedResult[]): string[] {
  const byShard = new Map<string, string[]>();
  for (const { file, result } of shards) {
    const { index = 1, count = 1 } = result.shard ?? {};
    const name = `shard ${index} of ${count}`;
    byShard.set(name, [...(byShard.get(name) ?? []), file]);
  }
  return [...byShard].flatMap(([name, files]) =>
    files.length > 1
      ? [`${name} is there ${files.length === 2 ? 'twice' : `${files.length} times`}: ${files.join(', ')}`]
      : [],
  );
}

function difference(
  what: string,
  shards: readonly NamedResult[],
  pick: (result: RunResult) => string | undefined,
): string[] {
  const files = new Map<string, string[]>();
  for (const { file, result } of shards) {
    const value = pick(result);
    if (value !== undefined) files.set(value, [...(files.get(value) ?? []), file]);
  }
  if (files.size < 2) return [];
  return [`${what} differs: ${[...files].map(([value, own]) => `${value} in ${own.join(', ')}`).join('; ')}`];
}

function differentStacks(shards: readonly NamedResult[]): string[] {
  const names = [...new Set(shards.flatMap(({ result }) => Object.keys(result.stack.services)))];
  return [
    ...difference('the runtime', shards, ({ stack }) => stack.runtime),
    ...difference('the project', shards, ({ stack }) => stack.project ?? 'none'),
    ...names.flatMap((name) =>
      difference(`the service ${name}`, shards, ({ stack }) => {
        if (stack.absent?.[name]) return undefined;
        const service = stack.services[name];
        return service?.enabled ? addressOf(service) : 'none';
      }),
    ),
  ];
}

/** A stack of this machine has other ports in another job. */
function addressOf({ kind, url, host, port, name }: AnyServiceInfo): string {
  const address = url ? new URL(url) : undefined;
  const hostname = address?.hostname ?? host;
  const isHere = hostname === undefined || /^(localhost|127\.[\d.]+|\[?::1\]?)$/.test(hostname);
  const place = isHere ? 'this machine' : (address?.origin ?? `${hostname}:${port}`);
  return `${kind} ${place}${name === undefined ? '' : `/${name}`}`;
}

function differentSelections(shards: readonly NamedResult[]): string[] {
  const all = [...new Set(shards.flatMap(({ result }) => result.shard?.checks ?? []))];
  return shards.flatMap(({ file, result }) => {
    const own = new Set(result.shard?.checks ?? []);
    const others = all.filter((id) => !own.has(id));
    if (!result.shard || others.length === 0) return [];
    const more = others.length - mostNamed;
    const named = `${others.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    return [`the selection differs: ${named} not in ${file}`];
  });
}

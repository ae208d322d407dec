import { ExitCode, mostSevereExitCode } from '../base/exit-code.ts';
import type {
  Build,
  CheckResult,
  ExcludedCheck,
  Merged,
  RunResult,
  UnneededWaiver,
} from '../check/result.ts';
import { runResultOf } from './results.ts';
import { findUnused } from './waivers.ts';

/** The result of a run with the file that it was read from. */
export interface NamedResult {
  file: string;
  result: RunResult;
}

/**
 * Merges the results of the shards of one run; a result without a shard is that of the only one. A check that ran in several
 * shards keeps its worst verdict. Counts and exit code are those of all checks together; where a shard or a check is
 * missing, the result is not ok. The results must fit together: `problemsOfShards` returns nothing for them.
 */
export function mergeResults(given: readonly NamedResult[]): RunResult {
  const shards = [...given].sort((one, other) => indexOf(one) - indexOf(other));
  const [first] = shards as [NamedResult];
  if (!first.result.shard) return first.result;
  const results = shards.map(({ result }) => result);
  const startMs = Math.min(...results.map(({ startedAt }) => Date.parse(startedAt)));
  const { checks, differing } = mergeChecks(shards, startMs);
  const missing = missingIn(shards, checks);
  const internalErrors = results.flatMap(({ internalError }) => internalError ?? []);
  const interrupted = results.find(({ endedBy }) => endedBy === 'interrupted');
  const { build, environment, tool, stack, traceId } = first.result;
  const merged = runResultOf({
    checks,
    unusedWaivers: findUnused(unneededInAll(results), checks),
    excluded: excludedIn(results, checks),
    stack,
    startedAt: new Date(startMs).toISOString(),
    durationMs: Math.max(...results.map((each) => offsetOf(each, startMs) + each.durationMs)),
    endedBy: (['interrupted', 'deadline', 'bail'] as const).find((end) =>
      results.some(({ endedBy }) => endedBy === end),
    ),
    internalError: internalErrors.join('; ') || undefined,
    interruption: interrupted,
    toolVersion: tool.version,
    traceId: shards.length === 1 ? traceId : undefined,
    labels: {
      ...(environment && { environment }),
      ...(build && { build: commonBuild(results) }),
      merged: { shards: shards.map(shardLine), missing, differing },
    },
  });
  return withExitCodes(merged, results, missing);
}

/** What a shard decided beside its checks counts as well: `--fail-on-flaky`. That it examined nothing does not. */
function withExitCodes(
  merged: RunResult,
  results: readonly RunResult[],
  missing: readonly string[],
): RunResult {
  const ofShards = results.map(({ exitCode }) => exitCode).filter((code) => code !== ExitCode.usage);
  const ofMissing = missing.length > 0 ? [ExitCode.usage] : [];
  const exitCode = mostSevereExitCode([...ofShards, merged.exitCode, ...ofMissing]);
  return { ...merged, exitCode, ok: exitCode === ExitCode.ok };
}

const indexOf = ({ result }: NamedResult) => result.shard?.index ?? 1;

const offsetOf = ({ startedAt }: RunResult, startMs: number) => Date.parse(startedAt) - startMs;

function shardLine(shard: NamedResult): Merged['shards'][number] {
  const { startedAt, durationMs, exitCode } = shard.result;
  return { index: indexOf(shard), file: shard.file, startedAt, durationMs, exitCode };
}

/** Verdicts from the worst on. A check that could not be judged in one shard is judged by the other. */
function severityOf({ status, level, flaky }: CheckResult): number {
  if (status === 'fail') return level === 'required' ? 6 : 4;
  if (status === 'pass') return flaky ? 2 : 1;
  return { error: 7, blocked: 5, waived: 3, skip: 0 }[status];
}

function mergeChecks(shards: readonly NamedResult[], startMs: number) {
  const byId = new Map<string, { check: CheckResult; seen: string[] }>();
  for (const shard of shards) {
    const index = indexOf(shard);
    for (const each of shard.result.checks) {
      const check = movedBy(offsetOf(shard.result, startMs), each);
      const verdict = `${verdictOf(check)} in shard ${index}`;
      const entry = byId.get(check.id);
      if (!entry) byId.set(check.id, { check, seen: [verdict] });
      else {
        if (severityOf(check) > severityOf(entry.check)) entry.check = check;
        entry.seen.push(verdict);
      }
    }
  }
  const differing = [...byId].flatMap(([id, { seen }]) => {
    const verdicts = new Set(seen.map((each) => each.replace(/ in shard \d+$/, '')));
    return verdicts.size > 1 ? [`${id}: ${seen.join(', ')}`] : [];
  });
  return { checks: [...byId.values()].map(({ check }) => check), differing };
}

const verdictOf = ({ status, code }: CheckResult) => (code ? `${status} [${code}]` : status);

/** Returns the check with its times from the start of the first shard on. */
function movedBy(offsetMs: number, check: CheckResult): CheckResult {
  const attempts = check.attempts.map((each) => ({ ...each, startMs: each.startMs + offsetMs }));
  return { ...check, startMs: check.startMs + offsetMs, attempts };
}

function missingIn(shards: readonly NamedResult[], checks: readonly CheckResult[]): string[] {
  const { count = 1, checks: divided = [] } = shards[0]?.result.shard ?? {};
  const present = new Set(shards.map(indexOf));
  const absent = Array.from({ length: count }, (_, at) => at + 1).filter((index) => !present.has(index));
  if (absent.length > 0) return absent.map((index) => `shard ${index} of ${count}`);
  const ran = new Set(checks.map(({ id }) => id));
  return divided.filter((id) => !ran.has(id)).map((id) => `the check ${id}, which no shard ran,`);
}

/** What one shard leaves out and another runs, as it comes before a check of its own, is not left out. */
function excludedIn(results: readonly RunResult[], checks: readonly CheckResult[]): ExcludedCheck[] {
  const ran = new Set(checks.map(({ id }) => id));
  const byId = new Map(results.flatMap(({ excluded = [] }) => excluded.map((each) => [each.id, each])));
  return [...byId.values()].filter(({ id }) => !ran.has(id));
}

/** A waiver that one shard needed is needed. */
function unneededInAll(results: readonly RunResult[]): UnneededWaiver[] {
  const keyOf = ({ where, check, service, code }: UnneededWaiver) =>
    JSON.stringify([where, check, service, code]);
  const [first, ...others] = results.map(({ shard }) => shard?.waivers ?? []);
  const keys = others.map((waivers) => new Set(waivers.map(keyOf)));
  return (first ?? []).filter((waiver) => keys.every((each) => each.has(keyOf(waiver))));
}

/** The page of the CI is that of the run, if all shards name the same. */
function commonBuild(results: readonly RunResult[]): Build {
  const builds = results.map(({ build }) => build ?? {});
  const names = ['commit', 'branch', 'ci', 'url'] as const;
  const [first = {}] = builds as Build[];
  const common = names.filter((name) => builds.every((build: Build) => build[name] === first[name]));
  return Object.fromEntries(common.flatMap((name) => (first[name] ? [[name, first[name]]] : [])));
}

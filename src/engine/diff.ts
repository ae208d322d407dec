import type { CheckResult, RunResult } from '../check/result.ts';
import type { StackInfo } from '../check/stack.ts';
import { diffEvidence } from './diff-evidence.ts';
import { isSlower } from './history.ts';

/** What differs between two results. */
export interface ResultDiff {
  /** How the stacks differ; empty: they have the same services, and run in the same way. */
  stacks: string[];
  newFailures: FailureChange[];
  /** Failures that both results have. */
  known: FailureChange[];
  fixed: { id: string; was: string }[];
  /** Flaky now and not before. */
  flaky: string[];
  slower: { id: string; beforeMs: number; afterMs: number }[];
  /** Had a verdict, and has none now. */
  notJudged: { id: string; was: string; reason: string }[];
  evidence: { id: string; changes: string[] }[];
  added: string[];
  removed: string[];
}

export interface FailureChange {
  id: string;
  level: CheckResult['level'];
  /** The status now, with the code: `fail wrong-status`, `blocked by api/health`. */
  is: string;
  /** The status before; `absent` if the check was not part of that result. */
  was: string;
  actual?: string;
}

/** Returns the differences of `after` to `before`. A failure with another code is a new one. */
export function diffResults(before: RunResult, after: RunResult): ResultDiff {
  const old = new Map(before.checks.map((check) => [check.id, check]));
  const now = new Map(after.checks.map((check) => [check.id, check]));
  const excluded = new Map(after.excluded?.map(({ id, reason }) => [id, reason]));
  const both = after.checks.flatMap((check) => {
    const was = old.get(check.id);
    return was ? [[was, check] as const] : [];
  });
  const failing = after.checks.filter(isFailing);
  return {
    stacks: diffStacks(before.stack, after.stack),
    newFailures: failing
      .filter((check) => !isKnown(old.get(check.id), check))
      .map((check) => changeOf(old, check)),
    known: failing.filter((check) => isKnown(old.get(check.id), check)).map((check) => changeOf(old, check)),
    fixed: both.flatMap(([was, is]) =>
      (isFailing(was) || was.status === 'waived') && is.status === 'pass'
        ? [{ id: is.id, was: statusWords(was) }]
        : [],
    ),
    flaky: both.flatMap(([was, is]) => (is.flaky && !was.flaky ? [is.id] : [])),
    slower: both.flatMap(([was, is]) =>
      isUsual(was) && isUsual(is) && isSlower(was.durationMs, is.durationMs)
        ? [{ id: is.id, beforeMs: was.durationMs, afterMs: is.durationMs }]
        : [],
    ),
    notJudged: before.checks.flatMap((was) => {
      if (!hasVerdict(was)) return [];
      const is = now.get(was.id);
      const reason = is?.status === 'skip' ? (is.reason ?? 'skipped') : excluded.get(was.id);
      return reason === undefined ? [] : [{ id: was.id, was: statusWords(was), reason }];
    }),
    evidence: both.flatMap(([was, is]) => {
      const changes = diffEvidence(was, is);
      return changes.length > 0 ? [{ id: is.id, changes }] : [];
    }),
    added: after.checks.filter(({ id }) => !old.has(id)).map(({ id }) => id),
    removed: before.checks.filter(({ id }) => !now.has(id) && !excluded.has(id)).map(({ id }) => id),
  };
}

/** True for a failure that `before` has as well: the same code, or blocked before and now. */
export function isKnown(before: CheckResult | undefined, after: CheckResult): boolean {
  if (!before || !(isFailing(before) || before.status === 'waived')) return false;
  // A blocked check has no code.
  return before.code === after.code;
}

function isFailing({ status }: CheckResult): boolean {
  return status === 'fail' || status === 'error' || status === 'blocked';
}

function hasVerdict({ status }: CheckResult): boolean {
  return status === 'pass' || status === 'fail' || status === 'waived';
}

function isUsual({ status, attempts }: CheckResult): boolean {
  return status === 'pass' && attempts.length === 1;
}

function changeOf(old: ReadonlyMap<string, CheckResult>, check: CheckResult): FailureChange {
  const was = old.get(check.id);
  return {
    id: check.id,
    level: check.level,
    is: statusWords(check),
    was: was ? statusWords(was) : 'absent',
    ...(check.actual !== undefined && { actual: check.actual }),
  };
}

function statusWords({ status, code, blockedBy }: CheckResult): string {
  if (blockedBy) return `${status === 'waived' ? 'waived, ' : ''}blocked by ${blockedBy.join(', ')}`;
  return code === undefined ? status : `${status} ${code}`;
}

/** Returns how two stacks differ: runtime, services, hosts. */
export function diffStacks(before: StackInfo, after: StackInfo): string[] {
  const names = [...new Set([...Object.keys(before.services), ...Object.keys(after.services)])];
  const partOf = (stack: StackInfo, name: string) =>
    stack.services[name]?.enabled === true && !stack.absent?.[name];
  return [
    ...(before.runtime === after.runtime ? [] : [`the runtime was ${before.runtime}, is ${after.runtime}`]),
    ...names.flatMap((name) => {
      if (partOf(before, name) !== partOf(after, name))
        return [
          `${name} ${partOf(after, name) ? 'is part of the stack now' : 'is no part of the stack any more'}`,
        ];
      const [was, is] = [hostOf(before, name), hostOf(after, name)];
      return was === is ? [] : [`${name} was at ${was}, is at ${is}`];
    }),
  ];
}

/** Without its port, which differs from run to run on one machine. */
function hostOf({ services }: StackInfo, name: string): string {
  const { url, host } = services[name] ?? {};
  if (url === undefined) return host ?? '';
  return URL.canParse(url) ? new URL(url).hostname : url;
}

import { ExitCode } from '../base/exit-code.ts';
import { areaOf } from '../check/area-of.ts';
import type { Check } from '../check/define-check.ts';
import { effectsOf } from '../check/effects.ts';
import { headlineOf } from '../check/headline.ts';
import { pageOf } from '../check/page-of.ts';
import type {
  Attempt,
  CheckResult,
  ExcludedCheck,
  NothingExamined,
  RunLabels,
  RunResult,
  Status,
  UnusedWaiver,
} from '../check/result.ts';
import { resultSchemaVersion } from '../check/result-version.ts';
import type { StackInfo } from '../check/stack.ts';
import { compactEvidence } from './compact-evidence.ts';
import type { Outcome } from './outcome.ts';
import { redactDeep } from './redact-deep.ts';

export interface SettledCheck {
  check: Check;
  outcome: Outcome | { status: 'blocked'; blockedBy: string[] };
  attempts: Attempt[];
  startMs: number;
  endMs: number;
  redact?: ((text: string) => string) | undefined;
  fitHint?: ((hint: string) => string) | undefined;
}

export function resultOf({
  check,
  outcome,
  attempts,
  startMs,
  endMs,
  redact,
  fitHint,
}: SettledCheck): CheckResult {
  const result: CheckResult = {
    id: check.id,
    area: areaOf(check.id),
    title: check.title,
    failureTitle: headlineOf(check, outcome),
    level: check.level ?? 'required',
    tags: [...(check.tags ?? [])],
    effects: effectsOf(check),
    source: check.source,
    status: outcome.status,
    ...said(outcome, fitHint),
    ...pageAfter(outcome.status, check),
    evidence: 'evidence' in outcome ? compactEvidence(outcome.evidence) : [],
    attempts,
    ...(outcome.status === 'pass' && attempts.length > 1 ? { flaky: true } : {}),
    startMs,
    durationMs: endMs - startMs,
  };
  return redact ? redactDeep(result, redact) : result;
}

function said(outcome: SettledCheck['outcome'], fitHint = (hint: string) => hint): Partial<CheckResult> {
  switch (outcome.status) {
    case 'pass':
      return { summary: outcome.summary, examined: outcome.examined };
    case 'fail': {
      const { code, expected, actual, hint } = outcome;
      return { code, expected, actual, ...(hint ? { hint: fitHint(hint) } : {}) };
    }
    case 'skip':
      return { reason: outcome.reason, ...(outcome.enable ? { enable: outcome.enable } : {}) };
    case 'error': {
      const { code, actual, stack } = outcome;
      const hint = firstFrame(stack);
      return { code, actual, ...(hint && { hint }) };
    }
    case 'blocked':
      return { blockedBy: outcome.blockedBy };
  }
}

function pageAfter(status: CheckResult['status'], check: Check): Pick<CheckResult, 'page'> {
  const page = status === 'fail' || status === 'error' ? pageOf(check) : undefined;
  return page ? { page } : {};
}

/** Where it was thrown: the first line of a stack that names a place. */
function firstFrame(stack: string | undefined): string | undefined {
  const frame = stack?.split('\n').find((line) => /^\s+at /.test(line));
  return frame && `thrown ${frame.trim()}`;
}

export interface RunFacts {
  checks: CheckResult[];
  /** Default: none. */
  unusedWaivers?: readonly UnusedWaiver[];
  /** Ids of the checks that were selected themselves. Default: all. */
  selected?: ReadonlySet<string> | undefined;
  /** Checks that were selected and that something leaves out. */
  excluded: readonly ExcludedCheck[];
  stack: StackInfo;
  startedAt: string;
  durationMs: number;
  endedBy: RunResult['endedBy'];
  /** An error that came from no check. */
  internalError: string | undefined;
  /** Why the run was interrupted: a Fault with the signal's exit code. */
  interruption: unknown;
  toolVersion: string;
  traceId: string | undefined;
  /** Default: none. */
  labels?: RunLabels;
}

export function runResultOf(facts: RunFacts): RunResult {
  const {
    checks,
    unusedWaivers = [],
    excluded,
    stack,
    startedAt,
    durationMs,
    endedBy,
    internalError,
  } = facts;
  const { toolVersion, traceId } = facts;
  const count = (status: Status) => checks.filter((check) => check.status === status).length;
  const summary = {
    total: checks.length,
    pass: count('pass'),
    fail: count('fail'),
    skip: count('skip'),
    error: count('error'),
    blocked: count('blocked'),
    waived: count('waived'),
    known: checks.filter(({ known }) => known).length,
    flaky: checks.filter(({ flaky }) => flaky).length,
    excluded: excluded.length,
    advisory: checks.filter(({ status, level }) => status === 'fail' && level === 'advisory').length,
  };
  const nothingExamined = nothingExaminedIn(facts);
  const exitCode = exitCodeOf(facts, nothingExamined);
  return {
    schemaVersion: resultSchemaVersion,
    tool: { name: 'meatymusic', version: toolVersion },
    startedAt,
    durationMs,
    ...facts.labels,
    ...(traceId ? { traceId } : {}),
    stack,
    ...(endedBy ? { endedBy } : {}),
    ...(internalError ? { internalError } : {}),
    ...(nothingExamined ? { nothingExamined } : {}),
    summary,
    ok: exitCode === ExitCode.ok,
    exitCode,
    checks,
    ...(unusedWaivers.length > 0 && { unusedWaivers: [...unusedWaivers] }),
    ...(excluded.length > 0 && { excluded: [...excluded] }),
  };
}

/** What runs only because another check is after it proves nothing of what was asked. */
function nothingExaminedIn({
  checks: all,
  selected,
  endedBy,
  internalError,
}: RunFacts): NothingExamined | undefined {
  const checks = selected ? all.filter(({ id }) => selected.has(id)) : all;
  const isNothing = ({ status, level }: CheckResult) =>
    status === 'skip' || status === 'waived' || (status === 'fail' && level === 'advisory');
  const waived = checks.filter(({ status }) => status === 'waived').length;
  if (endedBy || internalError) return undefined;
  if (waived > 0 && checks.every(isNothing)) {
    const what = waived === 1 ? 'the only failure is' : `the ${waived} failures are`;
    return { code: 'all-waived', message: `no check passed: ${what} waived` };
  }
  if (checks.some(({ status }) => status !== 'skip')) return undefined;
  if (checks.length === 0)
    return {
      code: 'empty-shard',
      message: 'nothing was examined: this shard holds no check, other shards do',
    };
  const kind = checks.length < all.length ? 'selected check' : 'check';
  const which = checks.length === 1 ? `the only ${kind}` : `each of the ${checks.length} ${kind}s`;
  return { code: 'all-skipped', message: `nothing was examined: ${which} was skipped` };
}

/** Signal > internal or broken check > deadline > a required check failed > nothing was examined. */
function exitCodeOf(
  { checks, endedBy, internalError, interruption }: RunFacts,
  nothingExamined: NothingExamined | undefined,
): ExitCode {
  if (endedBy === 'interrupted') {
    const { exitCode } = (interruption ?? {}) as { exitCode?: ExitCode };
    return exitCode ?? ExitCode.interrupted;
  }
  if (checks.some(({ code, status }) => status === 'error' && code === 'stalled')) return ExitCode.deadline;
  if (internalError || checks.some(({ status }) => status === 'error')) return ExitCode.internal;
  if (endedBy === 'deadline') return ExitCode.deadline;
  const failed = checks.some(
    ({ status, level }) => level === 'required' && (status === 'fail' || status === 'blocked'),
  );
  if (failed) return ExitCode.checkFailed;
  return nothingExamined && nothingExamined.code !== 'empty-shard' ? ExitCode.usage : ExitCode.ok;
}

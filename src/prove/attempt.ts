import type { SharedResources } from '../base/shared-resources.ts';
import type { Check } from '../check/define-check.ts';
import { optionValues } from '../check/option.ts';
import type { CheckResult } from '../check/result.ts';
import { makePlan } from '../engine/plan.ts';
import { startRun } from '../engine/run.ts';
import { createProbeSource } from '../session/probe-source.ts';
import type { StackUnderTest } from '../session/stack.ts';
import type { SeenStack } from './sabotage/carry-out.ts';

export interface AttemptSettings {
  /** The stack as it is. */
  underTest: StackUnderTest;
  /** Validated options by check id. */
  options: ReadonlyMap<string, unknown>;
  timeoutMs: number;
  toolVersion: string;
  redact: (text: string) => string;
  signal: AbortSignal;
}

export interface RunTogether extends AttemptSettings {
  seen?: SeenStack;
  /** Replace the checks' own, by check id. */
  replaced?: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  retryForMs: number;
  concurrency: number;
  /** One browser, one set of log tails and connections for all that is proven. */
  shared: SharedResources;
}

/** Longest time of one run on the whole or on a broken stack. */
const deadlineMs = 300_000;

/** Runs checks at the same time, and nothing that they are after: that is as it is on the broken stack. */
export async function runTogether(
  checks: readonly Check[],
  settings: RunTogether,
): Promise<ReadonlyMap<string, CheckResult>> {
  const { seen, replaced, shared, underTest, retryForMs, concurrency } = settings;
  const { timeoutMs, toolVersion, redact, signal } = settings;
  const source = createProbeSource(seen?.underTest ?? underTest, seen?.changes, shared);
  const options = new Map<string, unknown>();
  for (const check of checks) {
    const changed = replaced?.get(check.id) ?? {};
    const { values } = optionValues(check.options ?? {}, changed);
    options.set(check.id, {
      ...values,
      ...(settings.options.get(check.id) as object | undefined),
      ...Object.fromEntries(Object.keys(changed).map((name) => [name, values[name]])),
    });
  }
  const { result } = startRun({
    plan: makePlan(
      checks.map((check) => ({ ...check, after: [] })),
      options,
    ),
    stack: (seen?.underTest ?? underTest).stack,
    openProbes: source.open,
    options,
    timeoutMs,
    deadlineMs,
    retryForMs,
    concurrency,
    bail: false,
    readOnly: false,
    toolVersion,
    redact,
    signal,
  });
  return new Map((await result).checks.map((each) => [each.id, each]));
}

/** Returns a verdict in one line, with its detail. */
export function describeVerdict({ status, code, actual, reason, summary }: CheckResult): string {
  const detail = actual ?? reason ?? summary;
  return `${status}${code ? ` ${code}` : ''}${detail ? ` (${detail})` : ''}`;
}

/** Why these cannot be options of the check; `undefined`: they can. */
export function problemOfOptions(
  { options = {} }: Check,
  replaced: Readonly<Record<string, unknown>>,
): string | undefined {
  const unknown = Object.keys(replaced).find((name) => !Object.hasOwn(options, name));
  if (unknown !== undefined) return `the check has no option "${unknown}"`;
  const { problems } = optionValues(options, replaced);
  if (problems.length === 0) return undefined;
  return problems
    .map(({ name, path, message }) => `option ${[name, ...path].join('.')} ${message}`)
    .join('; ');
}

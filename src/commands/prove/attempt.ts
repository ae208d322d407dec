import type { Check } from '../../check/define-check.ts';
import type { CheckResult } from '../../check/result.ts';
import { makePlan } from '../../engine/plan.ts';
import { startRun } from '../../engine/run.ts';
import type { SharedResources } from '../../probes/index.ts';
import { createProbeSource } from '../verify/probes.ts';
import type { StackUnderTest } from '../verify/stack.ts';
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
  replaced?: ReadonlyMap<string, object>;
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
    const own = { ...(settings.options.get(check.id) as object | undefined), ...replaced?.get(check.id) };
    options.set(check.id, check.options ? check.options.parse(own) : own);
  }
  const { result } = startRun({
    plan: makePlan(checks.map((check) => ({ ...check, after: [] }))),
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

export function tell({ status, code, actual, reason, summary }: CheckResult): string {
  const detail = actual ?? reason ?? summary;
  return `${status}${code ? ` ${code}` : ''}${detail ? ` (${detail})` : ''}`;
}

/** Why these cannot be options of the check; `undefined`: they can. */
export function problemOfOptions(
  { id, options: schema }: Check,
  replaced: object,
  { options }: AttemptSettings,
): string | undefined {
  if (!schema) return undefined;
  const unknown = Object.keys(replaced).find((name) => !(name in schema.shape));
  if (unknown !== undefined) return `the check has no option "${unknown}"`;
  const { error } = schema.safeParse({ ...(options.get(id) as object | undefined), ...replaced });
  return error?.issues.map(({ path, message }) => `option ${path.join('.')}: ${message}`).join('; ');
}

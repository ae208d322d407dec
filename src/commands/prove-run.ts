import { messageOf } from '../base/errors.ts';
import type { Check } from '../check/define-check.ts';
import type { CheckResult } from '../check/result.ts';
import type { Sabotage } from '../check/sabotage.ts';
import { makePlan } from '../engine/plan.ts';
import { startRun } from '../engine/run.ts';
import { type Broken, carryOut } from './sabotage/carry-out.ts';
import { createProbeSource } from './verify-probes.ts';
import type { StackUnderTest } from './verify-stack.ts';

export interface ProofOfSabotage {
  name: string;
  kind: Sabotage['kind'];
  /** The declared code. */
  code: string;
  /** The verdict turned to `fail` with the declared code, and back afterwards. */
  holds: boolean;
  /** What was found instead, where it does not hold. */
  found?: string;
  durationMs: number;
}

export interface Proof {
  id: string;
  /** `skipped`: the healthy stack gives no pass to turn. `unproven`: there is no sabotage to carry out. */
  status: 'proven' | 'refuted' | 'skipped' | 'unproven';
  reason?: string;
  sabotages: ProofOfSabotage[];
}

export interface ProofOptions {
  underTest: StackUnderTest;
  options: ReadonlyMap<string, unknown>;
  timeoutMs: number;
  toolVersion: string;
  redact: (text: string) => string;
  signal: AbortSignal;
}

/** How long a mended service may take until it answers as before. */
const recoverWithinMs = 20_000;
/** For a healthy stack on which something else was just mended. */
const settleWithinMs = 3000;

/** Runs a check on the healthy stack, on the stack broken in each declared way, and on the mended one. */
export async function prove(check: Check, options: ProofOptions): Promise<Proof> {
  const { id, sabotage = [] } = check;
  if (sabotage.length === 0) {
    const reason = check.unprovable ?? 'it declares no sabotage: nothing shows that it can fail';
    return { id, status: check.unprovable ? 'skipped' : 'unproven', reason, sabotages: [] };
  }
  const healthy = await runAlone(check, whole(options.underTest), options, settleWithinMs);
  if (healthy.status !== 'pass' && healthy.status !== 'skip') {
    const reason = `on the healthy stack it does not pass: ${tell(healthy)}`;
    return { id, status: 'refuted', reason, sabotages: [] };
  }
  // A check that is skipped here can still be shown to fail where other options make it run.
  const possible = sabotage.filter(({ kind }) => healthy.status === 'pass' || kind === 'options');
  if (possible.length === 0) return { id, status: 'skipped', reason: healthy.reason ?? '', sabotages: [] };
  const sabotages: ProofOfSabotage[] = [];
  for (const each of possible) {
    if (options.signal.aborted) break;
    sabotages.push(await proveOne(check, each, healthy, options));
  }
  return { id, status: sabotages.every(({ holds }) => holds) ? 'proven' : 'refuted', sabotages };
}

async function proveOne(
  check: Check,
  sabotage: Sabotage,
  healthy: CheckResult,
  options: ProofOptions,
): Promise<ProofOfSabotage> {
  const { name, kind, code } = sabotage;
  const startedAt = performance.now();
  const answer = (found?: string): ProofOfSabotage => ({
    name,
    kind,
    code,
    holds: found === undefined,
    ...(found === undefined ? {} : { found: options.redact(found) }),
    durationMs: performance.now() - startedAt,
  });
  let broken: Broken;
  try {
    broken = await carryOut(sabotage, options.underTest);
  } catch (error) {
    return answer(`it could not be carried out: ${messageOf(error)}`);
  }
  let verdict: CheckResult | undefined;
  let mending: unknown;
  try {
    verdict = await runAlone(check, broken, options, 0);
  } finally {
    mending = await broken.mend().then(
      () => undefined,
      (error) => error,
    );
  }
  if (mending !== undefined) return answer(`it could not be mended: ${messageOf(mending)}`);
  if (verdict.status !== 'fail' || verdict.code !== code) return answer(tell(verdict));
  const mended = await runAlone(check, whole(options.underTest), options, recoverWithinMs);
  return mended.status === healthy.status
    ? answer()
    : answer(`mended, it does not come back: ${tell(mended)}`);
}

function whole(underTest: StackUnderTest): Broken {
  return { underTest, changes: {}, options: {}, mend: async () => {} };
}

/** One run of one check, without what it is after: that is as it is on the broken stack. */
async function runAlone(
  check: Check,
  { underTest, changes, options: replaced }: Broken,
  { options, timeoutMs, toolVersion, redact, signal }: ProofOptions,
  retryForMs: number,
): Promise<CheckResult> {
  const source = createProbeSource(underTest, changes);
  const own = { ...(options.get(check.id) as object | undefined), ...replaced };
  try {
    const { result } = startRun({
      plan: makePlan([check]),
      stack: underTest.stack,
      openProbes: source.open,
      options: new Map([[check.id, check.options ? check.options.parse(own) : own]]),
      timeoutMs,
      deadlineMs: 120_000,
      retryForMs,
      concurrency: 1,
      bail: false,
      readOnly: false,
      toolVersion,
      redact,
      signal,
    });
    return (await result).checks[0] as CheckResult;
  } finally {
    await source.close();
  }
}

function tell({ status, code, actual, reason, summary }: CheckResult): string {
  const detail = actual ?? reason ?? summary;
  return `${status}${code ? ` ${code}` : ''}${detail ? ` (${detail})` : ''}`;
}

/** A check with the real probes, against a real stack: for the tests that break one. */

import type { SharedResources } from '../base/shared-resources.ts';
import { contextOf } from '../check/check-context.ts';
import type { CheckDefinition } from '../check/define-check.ts';
import { effectsOf } from '../check/effects.ts';
import { judgeVerdict } from '../check/judge-verdict.ts';
import { optionValues } from '../check/option.ts';
import type { ProbeName, Probes } from '../check/probes.ts';
import type { StackInfo } from '../check/stack.ts';
import type { Verdict } from '../check/verdict.ts';
import { createProbe } from '../probes/index.ts';
import { testProbeContext } from './probe-context.ts';

export interface RealRun {
  stack: StackInfo;
  options?: Record<string, unknown>;
  over?: Parameters<typeof testProbeContext>[0];
  /** So that several runs use one browser. */
  shared?: SharedResources;
}

/** The verdict as the engine would count it. Rejects where the check itself broke. */
export async function runCheck(
  // biome-ignore lint/suspicious/noExplicitAny: whatever its options, needs and codes are
  check: CheckDefinition<any, any, any>,
  { stack, options = {}, over = {}, shared }: RealRun,
): Promise<Verdict> {
  const definition = check as unknown as CheckDefinition;
  const { values } = optionValues(definition.options ?? {}, options);
  const context = testProbeContext({
    timeoutMs: 30_000,
    effects: effectsOf(definition, values),
    stack,
    ...over,
    ...(shared ? { shared } : {}),
  });
  const probes: Partial<Record<ProbeName, unknown>> = {};
  try {
    for (const name of definition.needs) probes[name] = await createProbe(name, context);
    const verdict = judgeVerdict(
      definition,
      await definition.run(
        contextOf(definition, {
          probes: probes as Partial<Probes>,
          options: values,
          stack,
          signal: context.signal,
          remainingMs: context.remainingMs,
        }),
      ),
    );
    if (verdict.status === 'error') throw new Error(verdict.actual);
    return verdict;
  } finally {
    for (const probe of Object.values(probes)) await (probe as { close?(): unknown }).close?.();
    await context.close();
  }
}

import { contextOf } from '../check/check-context.ts';
import type { Check } from '../check/define-check.ts';
import { judgeVerdict } from '../check/judge-verdict.ts';
import type { Probes } from '../check/probes.ts';
import type { StackInfo } from '../check/stack.ts';
import { createProbe } from '../probes/index.ts';
import { testProbeContext, testStack } from './probe-context.ts';

/** Runs a check once with real probes against whatever is there. */
export async function runForReal(
  check: Check,
  stack: Partial<StackInfo> = {},
  cacheUrl = 'redis://127.0.0.1:1',
) {
  const context = testProbeContext({ stack: { ...testStack, ...stack } });
  context.endpoints.cacheUrl = cacheUrl;
  const opened = await Promise.all(
    check.needs.map(async (name) => [name, await createProbe(name, context)] as const),
  );
  try {
    return judgeVerdict(
      check,
      await check.run(
        contextOf(check, {
          probes: Object.fromEntries(opened) as Partial<Probes>,
          options: {},
          stack: context.stack,
          signal: context.signal,
          remainingMs: context.remainingMs,
        }),
      ),
    );
  } finally {
    for (const [, probe] of opened) await probe.close?.();
    await context.close();
  }
}

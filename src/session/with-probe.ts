import { systemClock } from '../base/clock.ts';
import { createSharedResources } from '../base/shared-resources.ts';
import type { Effects } from '../check/effects.ts';
import type { ProbeName, Probes } from '../check/probes.ts';
import { createProbe } from '../probes/index.ts';
import type { ProbeBase } from './undo.ts';

/** Calls `use` with a probe outside of any attempt, with connections of its own. */
export async function withProbe<Name extends ProbeName>(
  name: Name,
  base: ProbeBase,
  { withinMs, effects }: { withinMs: number; effects: Effects },
  use: (probe: Probes[Name]) => Promise<unknown>,
): Promise<void> {
  const shared = createSharedResources();
  const endMs = performance.now() + withinMs;
  const probe = await createProbe(name, {
    ...base,
    signal: AbortSignal.timeout(withinMs),
    remainingMs: () => Math.max(0, endMs - performance.now()),
    clock: systemClock,
    effects,
    shared,
  });
  try {
    await use(probe);
  } finally {
    await probe.close?.();
    await shared.close();
  }
}

import type { Check } from '../check/define-check.ts';
import { exampleStack } from '../check/stack.ts';
import type { RunEvent } from '../engine/events.ts';
import { makePlan } from '../engine/plan.ts';
import { startRun } from '../engine/run.ts';
import type { RunOptions } from '../engine/run-options.ts';
import { createFakeClock } from './fake-clock.ts';

/** Starts a run on a fake clock; `resultAfter` advances it and resolves to the result of the run. */
export function beginRun(checks: Check[], given: Partial<RunOptions> = {}) {
  const clock = createFakeClock();
  const events: RunEvent[] = [];
  const run = startRun({
    plan: makePlan(checks),
    stack: exampleStack,
    openProbes: () => ({ probes: {}, close() {} }),
    options: new Map(),
    timeoutMs: 5000,
    deadlineMs: 120_000,
    retryForMs: 0,
    concurrency: 16,
    bail: false,
    readOnly: false,
    toolVersion: '0.0.0',
    clock,
    listeners: [(event) => events.push(event)],
    ...given,
  });
  const resultAfter = async (ms: number) => {
    await clock.advance(ms);
    const result = await run.result;
    const statuses = Object.fromEntries(
      result.checks.map(({ id, status, code }) => [id, code ? `${status} ${code}` : status]),
    );
    const find = (id: string) => result.checks.find((check) => check.id === id)!;
    return { result, statuses, find };
  };
  return { clock, events, run, resultAfter };
}

import { Fault } from '../base/errors.ts';
import type { Check } from '../check/define-check.ts';
import type { CheckResult, RunResult, Waiver } from '../check/result.ts';
import type { StackInfo } from '../check/stack.ts';
import type { Project } from '../config/project.ts';
import type { Acceptance } from '../engine/acceptance.ts';
import { diffStacks } from '../engine/diff.ts';
import { findFlaky, type HistoryEntry } from '../engine/history.ts';
import { acceptKnown } from '../engine/known-failures.ts';
import { serviceJudgedBy } from '../engine/select.ts';
import { saveNewWaivers } from './accept-failures.ts';
import { rememberRun } from './last-run.ts';
import type { Revision } from './revision.ts';
import { readHistory, recordHistory, setupOf } from './run-history.ts';

/** Saves a run for `--last-failed` and in the record of runs; returns notes for the user: that fails no run. */
export function saveRun(
  project: Project,
  result: RunResult,
  { checks, revision }: { checks: readonly Check[]; revision: Revision | undefined },
): string[] {
  const services = new Map(checks.map((check) => [check.id, serviceJudgedBy(check)]));
  const problems = [
    rememberRun(project.root, result),
    recordHistory(project, result, { revision, serviceOf: (id) => services.get(id) }),
  ];
  return problems.filter((problem) => problem !== undefined);
}

/** Saves the new waivers of a run; returns why they could not be saved. */
export function waive(
  root: string,
  result: RunResult,
  waiver: Waiver,
  onNotice: (text: string) => void,
): Fault[] {
  try {
    onNotice(saveNewWaivers(root, result, waiver));
    return [];
  } catch (error) {
    if (error instanceof Fault) return [error];
    throw error;
  }
}

export interface Gate {
  stack: StackInfo;
  revision: Promise<Revision | undefined>;
  /** Saved result whose failures do not fail the run, with the name to show for it. */
  against?: { result: RunResult; name: string } | undefined;
  onNotice(text: string): void;
}

/** Returns what decides beside waivers which verdicts fail a run: `--against`, `--fail-on-flaky`. */
export async function gatesOf(
  project: Project,
  { stack, revision, against, onNotice }: Gate,
): Promise<Acceptance[]> {
  const differences = against ? diffStacks(against.result.stack, stack) : [];
  if (differences.length > 0)
    onNotice(`${against?.name} is the result of another stack: ${differences.join('; ')}`);
  return [
    ...(against ? [acceptKnown(against.result, against.name)] : []),
    ...(project.config.verify.failOnFlaky
      ? [failOnFlaky(project, { runtime: stack.runtime, revision: await revision })]
      : []),
  ];
}

/** Returns what makes a flaky pass fail the run, from the record of runs: `--fail-on-flaky`. */
function failOnFlaky(
  project: Project,
  { runtime, revision }: { runtime: string; revision: Revision | undefined },
): Acceptance {
  const { entries } = readHistory(project.root);
  const setup = setupOf(project, runtime);
  const isTooFlaky = ({ id, status, attempts, durationMs }: CheckResult) => {
    const at = new Date().toISOString();
    const now: HistoryEntry = {
      ...{ check: id, status, attempts: attempts.length, durationMs, run: '', at, setup },
      commit: revision?.commit,
      isClean: revision?.isClean,
    };
    const own = entries.filter(({ check }) => check === id);
    const [flaky] = findFlaky([...own, now], project.config.verify.flakyAfter);
    return flaky?.lastAt === at;
  };
  return { isTooFlaky, find: () => undefined, findUnneeded: () => [] };
}

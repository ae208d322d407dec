import { codeOf, messageOf } from '../base/errors.ts';
import { createSharedResources } from '../base/shared-resources.ts';
import type { Check } from '../check/define-check.ts';
import type { CheckResult } from '../check/result.ts';
import {
  type AttemptSettings,
  describeVerdict,
  problemOfOptions,
  type RunTogether,
  runTogether,
} from './attempt.ts';
import {
  type Case,
  casesOf,
  checksOf,
  forEachWithConcurrency,
  groupsOf,
  optionsOf,
  replacedBy,
  unhurried,
} from './plan.ts';
import type { Proof, ProofOfSabotage } from './proof.ts';
import { type BrokenStack, carryOut } from './sabotage/carry-out.ts';
import { withoutCases } from './without-cases.ts';

export interface ProofOptions extends AttemptSettings {
  /** Maximum number of checks that run at the same time, on one stack. */
  concurrency: number;
  /** How long the healthy or restored stack may take until its checks pass, in milliseconds. Default 20,000. */
  recoverWithinMs?: number;
  /** Receives what is being done. */
  onStep?(what: string): void;
  /** Receives each proof as soon as it is known. */
  onProof?(proof: Proof): void;
}

/** The checker's view alone is broken for so many checks at the same time: it is mostly waiting. */
const mostViews = 4;
const usualRecoveryMs = 20_000;

/**
 * Runs each check on the healthy stack, on the stack broken in each declared way, and on the restored one. Resolves in the
 * order of `checks`, without those that an abort left undecided.
 */
export async function prove(checks: readonly Check[], options: ProofOptions): Promise<Proof[]> {
  const shared = createSharedResources();
  try {
    return await new ProofRun(checks, options, {
      ...options,
      shared,
      retryForMs: options.recoverWithinMs ?? usualRecoveryMs,
    }).run();
  } finally {
    await shared.close();
  }
}

class ProofRun {
  readonly #checks: readonly Check[];
  readonly #options: ProofOptions;
  readonly #settings: RunTogether;
  readonly #proofs = new Map<string, Proof>();
  readonly #cases: Case[] = [];
  readonly #outcomes = new Map<Case, ProofOfSabotage>();
  readonly #lookedMs = new Map<Case, number>();
  /** Checks that were seen to be healthy since the stack itself was last broken. */
  readonly #seenHealthy = new Set<string>();
  /** What could not be restored: nothing can be proven on what is left. */
  #ruined: string | undefined;

  constructor(checks: readonly Check[], options: ProofOptions, settings: RunTogether) {
    this.#checks = checks;
    this.#options = options;
    this.#settings = settings;
  }

  async run(): Promise<Proof[]> {
    const { signal, concurrency } = this.#options;
    await this.#runHealthy();
    const { together, alone } = groupsOf(this.#cases);
    const turned: Case[] = [];
    await forEachWithConcurrency(together, Math.min(mostViews, concurrency), signal, async (ofOneCheck) => {
      for (const each of ofOneCheck) turned.push(...(await this.#turn([each])));
    });
    await this.#comeBack(turned);
    for (const group of alone) await this.#comeBack(await this.#turn(group));
    return this.#checks.flatMap(({ id }) => this.#proofs.get(id) ?? []);
  }

  async #runHealthy(): Promise<void> {
    const { signal, underTest, onStep } = this.#options;
    onStep?.('the healthy stack');
    const sabotaged = this.#checks.filter(({ sabotage = [] }) => sabotage.length > 0);
    const results = await runTogether(sabotaged, this.#settings);
    if (signal.aborted) return;
    const { isReference } = underTest.stack;
    for (const check of this.#checks) {
      const healthy = results.get(check.id);
      const cases = healthy ? casesOf(check, healthy) : [];
      this.#cases.push(...cases);
      if (healthy?.status === 'pass') this.#seenHealthy.add(check.id);
      if (cases.length === 0)
        this.#settle({ id: check.id, ...withoutCases(check, healthy, isReference), sabotages: [] });
    }
  }

  /** Breaks the stack in the one way of these cases, and restores it. Resolves to those whose verdict turned as declared. */
  async #turn(group: readonly Case[]): Promise<readonly Case[]> {
    const [first] = group as [Case];
    const { underTest, signal, onStep } = this.#options;
    if (signal.aborted) return [];
    const startedAt = performance.now();
    const end = (each: Case, found: string, isSkipped = false) =>
      this.#end(each, performance.now() - startedAt, found, isSkipped);
    onStep?.(`${group.map(({ check }) => check.id).join(', ')}: ${first.sabotage.name}`);

    const sound = await this.#soundOf(group, end);
    if (sound.length === 0 || signal.aborted) return [];
    if (first.breaksStack) this.#seenHealthy.clear();
    let broken: BrokenStack;
    try {
      broken = await carryOut(first.sabotage, underTest);
    } catch (error) {
      const isOfStack = ['stand-in', 'stack-port-changes'].includes(codeOf(error) ?? '');
      for (const each of sound) end(each, `it could not be carried out: ${messageOf(error)}`, isOfStack);
      return [];
    }
    let verdicts: ReadonlyMap<string, CheckResult>;
    try {
      verdicts = await this.#runBroken(sound, broken);
    } finally {
      if (signal.aborted) onStep?.(`restoring: ${first.sabotage.name}`);
      await broken.restore().catch((error) => {
        this.#ruined = `"${first.sabotage.name}" could not be restored: ${messageOf(error)}`;
      });
    }
    if (signal.aborted) return [];
    return sound.filter((each) => {
      const verdict = verdicts.get(each.check.id) as CheckResult;
      const asDeclared = verdict.status === 'fail' && verdict.code === each.sabotage.code;
      if (this.#ruined !== undefined) end(each, this.#ruined);
      else if (isUnrunnable(each, verdict)) end(each, verdict.reason ?? '', true);
      else if (!asDeclared) end(each, describeVerdict(verdict));
      else this.#lookedMs.set(each, performance.now() - startedAt);
      return this.#ruined === undefined && asDeclared;
    });
  }

  /** Cases that can show something: their options fit, and their checks are seen to be healthy before. */
  async #soundOf(group: readonly Case[], end: (each: Case, found: string) => void): Promise<Case[]> {
    const problems = new Map<Case, string | undefined>();
    for (const each of group) {
      problems.set(each, this.#ruined ?? problemOfOptions(each.check, replacedBy(each, 'broken')));
    }
    const fitting = group.filter((each) => problems.get(each) === undefined);
    const unseen = fitting.filter(({ check }) => !this.#seenHealthy.has(check.id));
    const before = await this.#runWhole(unseen);
    if (this.#options.signal.aborted) return [];
    for (const each of unseen) {
      const result = before.get(each.check.id) as CheckResult;
      if (result.status !== each.healthy.status)
        problems.set(each, `before it was broken: ${describeVerdict(result)}`);
    }
    return group.filter((each) => {
      const problem = problems.get(each);
      if (problem !== undefined) end(each, problem);
      return problem === undefined;
    });
  }

  /** Requires the verdicts of before on the restored stack. */
  async #comeBack(turned: readonly Case[]): Promise<void> {
    this.#options.onStep?.('the restored stack');
    const after = await this.#runWhole(turned);
    if (this.#options.signal.aborted) return;
    for (const each of turned) {
      const result = after.get(each.check.id) as CheckResult;
      const isBack = result.status === each.healthy.status;
      if (isBack) this.#seenHealthy.add(each.check.id);
      const found = isBack ? undefined : `restored, it does not come back: ${describeVerdict(result)}`;
      this.#end(each, this.#lookedMs.get(each) ?? 0, found);
    }
  }

  /** What is not seen in the shorter time that its sabotage gives it gets the check's own time. */
  async #runBroken(cases: readonly Case[], seen: BrokenStack): Promise<ReadonlyMap<string, CheckResult>> {
    const run = (some: readonly Case[]) =>
      runTogether(checksOf(some), {
        ...this.#settings,
        seen,
        retryForMs: 0,
        replaced: optionsOf(some, 'broken'),
      });
    const verdicts = await run(cases);
    const hurried = ({ check, sabotage }: Case) =>
      sabotage.options !== undefined && verdicts.get(check.id)?.code !== sabotage.code;
    const again = cases.filter(hurried).map(unhurried);
    if (again.length === 0 || this.#options.signal.aborted) return verdicts;
    return new Map([...verdicts, ...(await run(again))]);
  }

  /** The checks of these cases on the stack as it is. */
  async #runWhole(cases: readonly Case[]): Promise<ReadonlyMap<string, CheckResult>> {
    if (cases.length === 0 || this.#options.signal.aborted) return new Map();
    return runTogether(checksOf(cases), { ...this.#settings, replaced: optionsOf(cases, 'restored') });
  }

  #end(each: Case, durationMs: number, found: string | undefined, isSkipped = false): void {
    const { check, sabotage } = each;
    const { name, kind, code } = sabotage;
    const reason = found === undefined ? {} : { found: this.#options.redact(found) };
    const skipped = isSkipped ? { skipped: true as const } : {};
    const holds = found === undefined;
    this.#outcomes.set(each, { name, kind, code, holds, ...skipped, ...reason, durationMs });
    const sabotages = this.#cases
      .filter((other) => other.check === check)
      .map((other) => this.#outcomes.get(other));
    if (!sabotages.every((outcome) => outcome !== undefined)) return;
    this.#settle({ id: check.id, ...judge(sabotages) });
  }

  #settle(proof: Proof): void {
    this.#proofs.set(proof.id, proof);
    this.#options.onProof?.(proof);
  }
}

/** Options were to make a check run that is skipped on this stack, and it is skipped with them too. */
function isUnrunnable({ healthy }: Case, verdict: CheckResult): boolean {
  return healthy.status === 'skip' && verdict.status === 'skip';
}

/** A check is skipped where nothing could be shown; what was shown counts beside what could not. */
function judge(sabotages: ProofOfSabotage[]): Omit<Proof, 'id'> {
  const judged = sabotages.filter(({ skipped }) => !skipped);
  if (judged.some(({ holds }) => !holds)) return { status: 'refuted', sabotages };
  if (judged.length > 0) return { status: 'proven', sabotages };
  return { status: 'skipped', reason: sabotages[0]?.found ?? '', sabotages: [] };
}

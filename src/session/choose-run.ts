import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { nearest } from '../base/nearest.ts';
import { areaOf } from '../check/area-of.ts';
import type { Check } from '../check/define-check.ts';
import { areasOff, optionsOfContract } from '../config/contract.ts';
import { originOf } from '../config/origin.ts';
import type { Project } from '../config/project.ts';
import { validateOptions } from '../engine/check-options.ts';
import { chooseChecks } from '../engine/choose-checks.ts';
import { skippedWhereNotAgreed } from '../engine/default-names.ts';
import { excludedOf } from '../engine/excluded.ts';
import type { GivenOptions } from '../engine/given-options.ts';
import { anyOf } from '../engine/patterns.ts';
import { makePlan, type Plan } from '../engine/plan.ts';
import { selectChecks } from '../engine/select.ts';
import { settingsOf } from '../services/index.ts';
import type { JudgedService } from '../sources/fan-out.ts';
import { type CheckSources, loadAllChecks } from './all-checks.ts';
import { type ChangedChecks, findChangedChecks } from './changed-checks.ts';
import type { Bundle } from './evidence.ts';
import { lastFailed } from './last-run.ts';

/** Which checks of a project a run takes. */
export interface RunSelection {
  /** Ids, areas or globs: `api/health`, `database`, `web/*`. Default: every check. */
  patterns?: readonly string[];
  /** Files of this run beside the configured ones. Where there are any, their checks are the default of `patterns`. */
  sources?: CheckSources;
  /** Only this part of the checks, `index` from 1 on. */
  shard?: { index: number; count: number } | undefined;
  /** Only what a change since this commit concerns. Default: all. */
  changedSince?: string | undefined;
  /** Milliseconds by check ID: shards take about the same time. Default: shards of the same number of checks. */
  durations?: ReadonlyMap<string, number> | undefined;
  /** Only what did not pass in the last run. Default `false`. */
  onlyLastFailed?: boolean;
}

export interface ChosenRun {
  plan: Plan;
  /** Validated options by check id. */
  options: ReadonlyMap<string, unknown>;
  /** Every check of the project, selected or not. */
  all: readonly Check[];
  notices: string[];
}

/** Longest time of a replayed attempt that had no answer when it was recorded. */
const replayTimeoutMs = 1000;

/** Loads every check of the project, and plans those that are selected. Rejects with a `Fault`: 2 or 78. */
export async function chooseRun(
  project: Project,
  selection: RunSelection,
  { bundle, signal }: { bundle?: Bundle | undefined; signal: AbortSignal },
): Promise<ChosenRun> {
  const { config, origins } = project;
  const { checks, notices, ofThisCall } = await loadAllChecks(
    project,
    selection.sources,
    signal,
    bundle && servicesIn(bundle),
  );
  const off = areasOff(config.contract);
  const changed =
    selection.changedSince === undefined
      ? undefined
      : await findChangedChecks(project, checks, selection.changedSince);
  const wanted = {
    patterns: changed
      ? changedIn(selection, changed)
      : await patternsOf(project, selection, ofThisCall, bundle),
    tags: config.verify.tags,
    skip: config.verify.skip,
    areasOff: off,
  };
  const { shard, durations } = selection;
  const given = givenOptions(project, checks);
  const defaults = { given, checks, unsetPath: unsetPathsOf(project) };
  const ofAllShards = chooseChecks(checks, wanted);
  const ofShard = shard ? chooseChecks(checks, { ...wanted, shard, durations }) : ofAllShards;
  const chosen = ofShard.map((check) =>
    config.contract === 'full' ? check : skippedWhereNotAgreed(check, defaults),
  );
  const wantedWithoutSkips = selectChecks(
    checks,
    { ...wanted, skip: [], areasOff: new Set() },
    { alone: true },
  );
  const skippedBy = originOf(origins, 'verify.skip').kind === 'flag' ? '--skip' : 'verify.skip';
  const excluded = excludedOf(wantedWithoutSkips, ofAllShards, { areasOff: off, skippedBy });
  const options = validateOptions(checks, given, (at) => originOf(origins, at).text);
  const judged = chosen.map((check) => (bundle ? replayable(check, bundle) : withTimeOf(project, check)));
  const idsOf = (some: readonly Check[]) => some.map(({ id }) => id);
  const plan = {
    ...makePlan(judged, options),
    excluded,
    // Another shard may examine what this one skips.
    ...(shard
      ? { shard: { ...shard, checks: idsOf(selectChecks(checks, wanted, { alone: true })) } }
      : { selected: new Set(idsOf(wantedWithoutSkips)) }),
  };
  return { plan, options, all: checks, notices: [...notices, ...(changed ? [changed.notice] : [])] };
}

/** Returns those of the changed checks that the patterns name. */
function changedIn({ patterns = [], changedSince }: RunSelection, { ids }: ChangedChecks): string[] {
  const isNamed = anyOf(patterns);
  const named = patterns.length === 0 ? ids : ids.filter(isNamed);
  if (named.length > 0) return named;
  throw new Fault({
    code: 'nothing-selected',
    message: `no check of ${patterns.join(', ')} is concerned by what changed since ${changedSince}`,
    hint: `meatymusic verify --changed=${changedSince}`,
    exitCode: ExitCode.usage,
  });
}

/** Returns the options of the configuration: those of the contract, and those of `options`, which win. Throws a `Fault` (78) for an area that does not exist. */
function givenOptions({ config, origins }: Project, checks: readonly Check[]): GivenOptions {
  const areas = [...new Set(checks.map(({ id }) => areaOf(id)))];
  const ofContract = optionsOfContract(config.contract);
  const named = [...Object.keys(ofContract), ...areasOff(config.contract)];
  const details = named
    .filter((area) => !areas.includes(area))
    .map((area) => {
      const near = nearest(area, areas);
      return `${originOf(origins, `contract.${area}`).text}: contract.${area}: there is no such area of checks${near ? `; did you mean "${near}"?` : `: ${areas.join(', ')}`}`;
    });
  if (details.length > 0) {
    throw new Fault({
      code: 'bad-contract',
      message: `the contract has ${details.length === 1 ? 'a problem' : `${details.length} problems`}`,
      details,
      hint: 'meatymusic checks list shows the areas',
      exitCode: ExitCode.config,
    });
  }
  const merged: Record<string, Record<string, unknown>> = { ...ofContract };
  for (const [key, values] of Object.entries(config.options)) merged[key] = { ...merged[key], ...values };
  return merged;
}

/** Returns the default of a setting that nothing sets. */
function unsetPathsOf({ config, origins }: Project) {
  return (service: string, setting: string): string | undefined => {
    const value: unknown = Reflect.get(settingsOf(config.services, service), setting);
    const isDefault = originOf(origins, `services.${service}.${setting}`).kind === 'default';
    return isDefault && typeof value === 'string' ? value : undefined;
  };
}

/** Evidence is judged by the checks of the services that it was observed on. */
function servicesIn({ stack }: Bundle): JudgedService[] {
  return Object.entries(stack.services).map(([name, { kind }]) => ({ name, kind }));
}

/** Returns the check with the time that was set for all, where that is longer than its own. */
function withTimeOf({ config, origins }: Project, check: Check): Check {
  const { timeout } = config.verify;
  const isSet = originOf(origins, 'verify.timeout').kind !== 'default';
  return isSet && (check.timeoutMs ?? timeout) < timeout ? { ...check, timeoutMs: timeout } : check;
}

/** Returns the check as the bundle can judge it. */
function replayable(check: Check, { unobserved, unanswered }: Bundle): Check {
  const skipped = unobserved.get(check.id);
  if (skipped) return { ...check, run: async ({ skip }) => skip(skipped.reason, skipped.enable) };
  return unanswered.includes(check.id) ? { ...check, timeoutMs: replayTimeoutMs } : check;
}

async function patternsOf(
  { root }: Project,
  { patterns = [], onlyLastFailed }: RunSelection,
  ofThisCall: ReadonlySet<string>,
  bundle: Bundle | undefined,
): Promise<readonly string[]> {
  if (onlyLastFailed) return lastFailed(root);
  if (patterns.length > 0) return patterns;
  if (!bundle) return [...ofThisCall];
  if (bundle.ids.length > bundle.unobserved.size) return bundle.ids;
  throw new Fault({
    code: 'nothing-selected',
    message: `the evidence in ${bundle.folder} holds no check: each was skipped before it observed anything`,
    hint: 'meatymusic verify --evidence <folder>',
    exitCode: ExitCode.usage,
  });
}

/**
 * The library: what the commands `verify`, `up` and `down` call. It returns data, and writes to no stream.
 *
 * Errors are `Fault`s, as on the command line: `code` is stable, `hint` says what to do next, `exitCode` is the one
 * that the command would end with.
 */
import { type Fault, messageOf } from './base/errors.ts';
import { toolVersion } from './base/version.ts';
import type { Check } from './check/define-check.ts';
import type { RunResult } from './check/result.ts';
import type { Project } from './config/project.ts';
import type { RunEvent } from './engine/events.ts';
import { failWithoutService } from './engine/fail-without-service.ts';
import { reasonToSkip } from './engine/reason-to-skip.ts';
import { startRun } from './engine/run.ts';
import { chooseRuntime, findRuntime } from './runners/choose.ts';
import { createRuntime } from './runners/index.ts';
import type { Endpoints, RuntimeEvent, RuntimeName } from './runners/runtime.ts';
import { acceptanceOf, type NewWaivers, toWaiver } from './session/accept-failures.ts';
import { gatesOf, saveRun, waive } from './session/after-run.ts';
import { buildOfRun } from './session/build-of-run.ts';
import { checksAtOnce } from './session/checks-at-once.ts';
import { chooseRun, type RunSelection } from './session/choose-run.ts';
import { openBundle } from './session/evidence.ts';
import { learnSecretsOfChecks } from './session/learn-checks.ts';
import { readRevision } from './session/revision.ts';
import { durations } from './session/run-history.ts';
import { isRunning, type Migrated, startStack, stopAborted, type UpEvent } from './session/start-stack.ts';
import { stopStack } from './session/stop-stack.ts';
import { openStackSource } from './session/verdict-source.ts';
import type { RunTrace } from './telemetry/run-trace.ts';

export { type LoadProjectOptions, loadProject } from './session/load-project.ts';

/** A run that has started. */
export interface StartedRun {
  /** The selected checks, in the order of their start. */
  checks: readonly Check[];
  /**
   * Ends the run now and returns its result, for a caller that has to end the process: a check that blocks the event
   * loop lets nothing asynchronous happen any more. `stalledId` is the check that blocks it.
   */
  abandon(stalledId: string | undefined): RunResult;
}

/** Which checks of which stack run, and the callbacks of the run; everything else is `project.config.verify`. */
export interface VerifyOptions extends RunSelection {
  /** The stack to verify. Default: the one that `up` started, else the configured addresses. */
  runtime?: RuntimeName;
  /** Save everything the checks observe to this folder, an absolute path. Default: nothing is saved. */
  evidence?: string | undefined;
  /** Judge the evidence in this folder again, an absolute path, without touching a stack. Default: a stack is verified. */
  from?: string | undefined;
  /** Waives each required failure, and adds the waivers to `meatymusic.waivers.yaml`. Default: the waivers there are. */
  waiveFailures?: NewWaivers | undefined;
  /** A result whose failures do not fail the run, and its name. Default: none. */
  against?: { result: RunResult; name: string } | undefined;
  /** Ends the run: checks without a verdict are skipped, and the result has `endedBy: 'interrupted'`. */
  signal?: AbortSignal;
  /** Called for each event of the run, synchronously. */
  onEvent?(event: RunEvent): void;
  /** Receives what a person should know and what changes no verdict. */
  onNotice?(text: string): void;
  /** Receives the `Fault` (73) for evidence or waivers that could not be saved. Default: `verify` rejects with it. */
  onFault?(fault: Fault): void;
  /** Called once the run has started, before its first check. */
  onStart?(run: StartedRun): void;
}

/**
 * Runs the checks of a project, and resolves to their verdicts; a failing check is a result and no rejection:
 * `result.ok` says whether all required checks passed. The settings are those of `project.config.verify`. Rejects with
 * a `Fault`: 2 where nothing is selected, 69 where no stack runs, 75 while `checks prove` breaks it, 78 for checks or
 * options that do not fit.
 *
 * @example
 * const result = await verify(await loadProject(), { patterns: ['api/*', 'database'] });
 * for (const { id, status, actual } of result.checks) if (status === 'fail') console.log(id, actual);
 */
export async function verify(project: Project, options: VerifyOptions = {}): Promise<RunResult> {
  const { signal = new AbortController().signal, onNotice = () => {}, onStart, onEvent, from } = options;
  const { env, environment } = project;
  const settings = project.config.verify;
  const revision = readRevision(project.root);
  const ofBuild = buildOfRun(env, revision);
  const bundle = from ? await openBundle(from, project.redact) : undefined;
  const chosen = await chooseRun(
    project,
    { durations: durationsFor(project, options), ...options },
    { bundle, signal },
  );
  for (const notice of chosen.notices) onNotice(notice);
  const source = bundle
    ? {
        ...bundle,
        close: async () => {},
        prepare: undefined,
        ask: undefined,
        fitHint: undefined,
        finish: undefined,
      }
    : await openStackSource(project, {
        runtime: await runtimeOf(project, options),
        evidence: options.evidence,
        onNotice,
      });
  const { checks } = chosen.plan;
  const { stack, open } = source;
  const runs = (check: Check) =>
    !reasonToSkip(check, stack, settings.readOnly) && !failWithoutService(check, stack);
  const newWaiver = options.waiveFailures && toWaiver(options.waiveFailures, project.redact);
  const others = await gatesOf(project, { stack, revision, against: options.against, onNotice });
  let result: RunResult;
  let trace: RunTrace | undefined;
  try {
    await source.prepare?.(checks.filter(runs));
    trace = await openTrace(project);
    const build = await ofBuild;
    const run = startRun({
      plan: chosen.plan,
      stack,
      openProbes: trace ? trace.watch(open) : open,
      fitHint: source.fitHint,
      ask: source.ask,
      options: chosen.options,
      timeoutMs: settings.timeout,
      deadlineMs: settings.deadline,
      // A recording gives the same answer again.
      retryForMs: bundle ? 0 : settings.retryFor,
      concurrency: checksAtOnce(settings, stack),
      bail: settings.bail,
      readOnly: settings.readOnly,
      acceptance: acceptanceOf(project, chosen.all, { others, newWaiver }),
      toolVersion,
      traceId: trace?.traceId,
      labels: { ...(environment && { environment }), ...(build && { build }) },
      redact: project.redact,
      signal,
      listeners: onEvent ? [onEvent] : [],
    });
    onStart?.({ checks, abandon: run.abandon });
    result = await run.result;
  } finally {
    await source.close();
  }
  const unsaved = bundle ? [] : saveRun(project, result, { checks, revision: await revision });
  for (const problem of unsaved) onNotice(problem);
  const lost = [
    await source.finish?.(result),
    ...(newWaiver ? waive(project.root, result, newWaiver, onNotice) : []),
  ];
  const unsent = await trace?.finish(result);
  if (unsent) onNotice(`the trace of this run was not sent: ${unsent}`);
  for (const fault of lost) {
    if (fault && !options.onFault) throw fault;
    if (fault) options.onFault?.(fault);
  }
  return result;
}

/** Reads the record of runs only where checks are divided. A record that cannot be read leaves shards of the same number. */
function durationsFor({ root }: Project, { shard, onNotice }: VerifyOptions) {
  if (!shard) return undefined;
  try {
    return durations(root);
  } catch (error) {
    onNotice?.(`the record of runs cannot be read, and the shards are not balanced: ${messageOf(error)}`);
    return undefined;
  }
}

async function runtimeOf(project: Project, { runtime }: VerifyOptions) {
  return runtime ? createRuntime(runtime, project) : (await findRuntime(project)).runtime;
}

/** Loads OpenTelemetry only if the run is traced. */
async function openTrace({ env, redact }: Project): Promise<RunTrace | undefined> {
  if (!env.MEATYMUSIC_OTEL_EXPORTER_OTLP_ENDPOINT) return undefined;
  const { startRunTrace } = await import('./telemetry/run-trace.ts');
  return startRunTrace(env, toolVersion, redact);
}

/** How a stack is started. */
export interface UpOptions {
  /** Default: `runtime` of the configuration, else what runs already, else compose where Docker answers, else embedded. */
  runtime?: 'auto' | RuntimeName;
  /** Stops what this call started, and rejects. */
  signal?: AbortSignal;
  /** Called for each change of a service and each step, synchronously. */
  onEvent?(event: UpEvent): void;
}

/** A stack that runs, is migrated and is ready. */
export interface UpResult {
  runtime: RuntimeName;
  /** Why this runtime, as a phrase. */
  reason: string;
  /** True if the stack ran before this call. */
  adopted: boolean;
  /** The address of each service, credentials included. */
  endpoints: Endpoints;
  /** `undefined`: the database or its migrations are disabled. */
  migrations: Migrated | undefined;
}

/**
 * Starts the stack, migrates its database and waits until the API is ready; verifies nothing. What runs already is
 * adopted. The stack outlives the process; `down` stops it. Rejects with a `Fault`: 69 where something could not be
 * started, 75 while another call starts or breaks it, 78 for migrations that do not fit, 124 at `up.timeout`.
 *
 * @example
 * const { endpoints } = await up(await loadProject(), { runtime: 'embedded' });
 * if (endpoints.api && 'url' in endpoints.api) process.env.API_URL = endpoints.api.url;
 */
export async function up(project: Project, options: UpOptions = {}): Promise<UpResult> {
  const { runtime: wanted, signal = new AbortController().signal, onEvent = () => {} } = options;
  await learnSecretsOfChecks(project);
  const { runtime, reason } = await chooseRuntime({ ...project, ...(wanted ? { wanted } : {}) });
  const adopted = await isRunning(runtime);
  try {
    const started = await startStack(project, runtime, { signal, onEvent });
    return { runtime: runtime.name, reason, adopted, ...started };
  } catch (error) {
    if (signal.aborted && !adopted) await stopAborted(runtime);
    throw error;
  }
}

/** Services and data to stop and to remove. */
export interface DownOptions {
  /** Remove the data as well. Default `false`. */
  volumes?: boolean;
  /** Ends the wait; what still runs is stopped by the next call. Default: no signal. */
  signal?: AbortSignal;
  /** Called for each service that stops, synchronously. */
  onEvent?(event: RuntimeEvent): void;
}

/**
 * Stops what `up` started for the project, also what a killed call left. Resolves to the names of what was stopped,
 * `[]` where nothing was running. Rejects with a `Fault` where something does not stop.
 *
 * @example
 * await down(await loadProject(), { volumes: true });
 */
export function down(project: Project, options: DownOptions = {}): Promise<string[]> {
  const { volumes = false, signal = new AbortController().signal, onEvent = () => {} } = options;
  return stopStack(project, { volumes, signal, onEvent });
}

import { closeSync } from 'node:fs';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { safeLine } from '../../base/safe-text.ts';
import type { Check } from '../../check/define-check.ts';
import type { RunResult } from '../../check/result.ts';
import type { StackInfo } from '../../check/stack.ts';
import { originOf } from '../../config/origin.ts';
import type { Project } from '../../config/project.ts';
import type { OpenProbes } from '../../engine/attempt.ts';
import { validateOptions } from '../../engine/check-options.ts';
import { chooseChecks } from '../../engine/choose-checks.ts';
import { failWithoutService } from '../../engine/fail-without-service.ts';
import { watchAftermath } from '../../engine/late-errors.ts';
import { makePlan } from '../../engine/plan.ts';
import { reasonToSkip } from '../../engine/reason-to-skip.ts';
import { startRun } from '../../engine/run.ts';
import { startStallGuard } from '../../engine/stall-guard.ts';
import { openReports } from '../../reporters/index.ts';
import type { LiveProgress } from '../../reporters/live.ts';
import { createToldLines } from '../../reporters/told-lines.ts';
import { findRuntime } from '../../runners/choose.ts';
import type { Runtime } from '../../runners/runtime.ts';
import { type CheckSources, loadAllChecks } from '../../session/all-checks.ts';
import { createArtifactSink } from '../../session/artifacts.ts';
import { type Bundle, openBundle, openEvidence } from '../../session/evidence.ts';
import { lastFailed, rememberRun } from '../../session/last-run.ts';
import { createProbeSource } from '../../session/probe-source.ts';
import { assertNotBeingProved } from '../../session/prove-lock.ts';
import { repairStack } from '../../session/repair-stack.ts';
import { receiveSpans } from '../../session/spans.ts';
import { describeStack } from '../../session/stack.ts';
import type { RunTrace } from '../../telemetry/run-trace.ts';
import type { Invocation } from '../invocation.ts';
import { gravest } from '../process.ts';
import { lineFor } from '../style.ts';
import { writeReports, writeReportsNow } from './reports.ts';

declare const __VERSION__: string | undefined;
export const toolVersion = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source';

const replayTimeoutMs = 1000;
/** Beyond the time of an attempt: how long the process may be busy without a break. */
const stallGraceMs = 1000;

export interface VerifyOptions {
  project: Project;
  /** Default: the stack that `up` started, else the configured one. */
  runtime?: Runtime;
  patterns?: readonly string[];
  sources?: CheckSources;
  shard?: { index: number; count: number } | undefined;
  /** Only what did not pass in the last run. */
  onlyLastFailed?: boolean;
  /** Keep all that the checks were told in this folder. */
  evidence?: string | undefined;
  /** Judge the evidence in this folder again, and touch no stack. */
  from?: string | undefined;
}

/** Verifies a stack and writes the reports: what `verify` does, and `up` at its end. Resolves to the exit code. */
export async function runVerify(invocation: Invocation, options: VerifyOptions): Promise<ExitCode> {
  const { project, sources } = options;
  const { config, origins } = project;
  const { verify } = config;
  const tell = (line: string) => invocation.stderr.write(lineFor(invocation.stderr, line));
  const { signal } = invocation;
  const { checks, reporters, notices, ofThisCall } = await loadAllChecks(project, sources, signal);
  const reports = await openReports(verify.reporters, { ofPlugins: reporters, root: project.root, signal });
  const bundle = options.from ? await openBundle(options.from, project.redact) : undefined;
  const selected = chooseChecks(checks, {
    patterns: await patternsOf(options, ofThisCall, bundle),
    tags: verify.tags,
    skip: verify.skip,
    shard: options.shard,
  });
  const checkOptions = validateOptions(checks, config.options, (at) => originOf(origins, at).text);
  // A recording answers at once or never: what waited in vain need not wait as long again.
  const inVain = new Set(bundle?.unanswered);
  const plan = makePlan(
    selected.map((check) => (inVain.has(check.id) ? { ...check, timeoutMs: replayTimeoutMs } : check)),
    checkOptions,
  );
  const source: Source = bundle ? { ...bundle, close: async () => {} } : await openStack(options, notices);
  for (const notice of notices) await tell(`note: ${notice}`);
  const verdictBefore = (check: Check) =>
    reasonToSkip(check, source.stack, verify.readOnly) ?? failWithoutService(check, source.stack);
  await source.prepare?.(plan.checks.filter((check) => !verdictBefore(check)));
  let result: RunResult;
  let stopGuard = () => {};
  const live = await liveProgress(invocation);
  const trace = await ownTrace(project);
  try {
    const run = startRun({
      plan,
      stack: source.stack,
      openProbes: trace ? trace.watch(source.open) : source.open,
      options: checkOptions,
      timeoutMs: verify.timeout,
      deadlineMs: verify.deadline,
      // What was recorded does not change by being asked again.
      retryForMs: bundle ? 0 : verify.retryFor,
      concurrency: verify.concurrency,
      bail: verify.bail,
      readOnly: verify.readOnly,
      toolVersion,
      traceId: trace?.traceId,
      redact: project.redact,
      signal: invocation.signal,
      listeners: live ? [live.listener] : [],
    });
    stopGuard = startStallGuard({
      atOnce: plan.checks.some(({ isBounded }) => !isBounded),
      quietMs: verify.timeout + stallGraceMs,
      deadlineMs: verify.deadline,
      onStall(checkId) {
        writeReportsNow(run.abandon(checkId), reports, invocation);
        // Node says on the way out that it waits for the inspector, by which the watchdog holds us: not to a person.
        closeSync(2);
        process.exit(ExitCode.deadline);
      },
    });
    result = await run.result;
    watchAftermath();
  } finally {
    stopGuard();
    await live?.end();
    await source.close();
  }
  const unsaved = bundle ? undefined : rememberRun(project.root, result);
  if (unsaved && !invocation.quiet) await tell(`note: ${safeLine(unsaved)}`);
  const lost = await source.finish?.(result);
  const unsent = await trace?.finish(result);
  if (unsent) await tell(`note: the trace of this run was not sent: ${safeLine(unsent)}`);
  const faults = [...(lost ? [lost] : []), ...(await writeReports(result, reports, invocation))];
  for (const { code, message } of faults) await tell(`error[${code}]: ${message}`);
  return gravest([result.exitCode, ...faults.map(({ exitCode }) => exitCode)]) as ExitCode;
}

/** Where the verdicts come from: the stack, a recorder before it, or a recording. */
interface Source {
  stack: StackInfo;
  open: OpenProbes;
  prepare?(checks: readonly Check[]): Promise<void>;
  close(): Promise<void>;
  /** Resolves to what could not be kept. */
  finish?(result: RunResult): Promise<Fault | undefined>;
}

async function openStack(
  { project, runtime: given, evidence }: VerifyOptions,
  notices: string[],
): Promise<Source> {
  const runtime = given ?? (await findRuntime(project)).runtime;
  const { readOnly } = project.config.verify;
  assertNotBeingProved(project);
  const notes = await repairStack(project, runtime, { reportOnly: readOnly });
  notices.push(...notes.map((note) => safeLine(note, 1000)));
  const underTest = await describeStack(project, runtime);
  underTest.base.readOnly = readOnly;
  const { stack } = underTest;
  // A stack that has a receiver of its own writes to a file what it takes in.
  const receiver = underTest.base.spans
    ? undefined
    : await receiveSpans(project.config.services.telemetry, (notice) => notices.push(notice));
  if (receiver) underTest.base.spans = receiver.access;
  const probes = createProbeSource(underTest);
  const source = {
    ...probes,
    async close() {
      await probes.close();
      await receiver?.close();
    },
  };
  if (!evidence) return { stack, ...source };
  const { open, artifacts, finish } = await openEvidence(evidence, stack, source.open, project.redact);
  underTest.base.artifacts = createArtifactSink(artifacts);
  return { stack, open, finish, prepare: source.prepare, close: source.close };
}

async function patternsOf(
  { project, patterns = [], onlyLastFailed, from }: VerifyOptions,
  ofThisCall: ReadonlySet<string>,
  bundle: Bundle | undefined,
): Promise<readonly string[]> {
  if (onlyLastFailed) return lastFailed(project.root);
  if (patterns.length > 0) return patterns;
  if (!bundle) return [...ofThisCall];
  if (bundle.ids.length > 0) return bundle.ids;
  throw new Fault({
    code: 'nothing-selected',
    message: `the evidence in ${from} holds no check: each was skipped before it asked anything`,
    hint: 'meatymusic verify --evidence <folder>',
    exitCode: ExitCode.usage,
  });
}

/** Loads OpenTelemetry only where somebody wants to see the run. */
async function ownTrace({ env, redact }: Project): Promise<RunTrace | undefined> {
  if (!env.MEATYMUSIC_OTEL_EXPORTER_OTLP_ENDPOINT) return undefined;
  const { startRunTrace } = await import('../../telemetry/run-trace.ts');
  return startRunTrace(env, toolVersion, redact);
}

/** A picture for a person at a terminal; elsewhere only what long calls tell, line by line. */
async function liveProgress({ stderr, quiet }: Invocation): Promise<LiveProgress | undefined> {
  if (quiet) return undefined;
  if (!stderr.isTerminal) return createToldLines(stderr);
  const { createLiveProgress } = await import('../../reporters/live.ts');
  return createLiveProgress(stderr);
}

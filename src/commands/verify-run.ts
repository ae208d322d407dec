import { closeSync } from 'node:fs';
import { ExitCode } from '../base/exit-code.ts';
import type { RunResult } from '../check/result.ts';
import { originOf } from '../config/origin.ts';
import { validateOptions } from '../engine/check-options.ts';
import { makePlan } from '../engine/plan.ts';
import { startRun } from '../engine/run.ts';
import { selectChecks } from '../engine/select.ts';
import { startStallGuard } from '../engine/stall-guard.ts';
import type { ReportTarget } from '../reporters/index.ts';
import { parseTargets } from '../reporters/index.ts';
import { findRuntime } from '../runtimes/choose.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { Project } from './context.ts';
import type { Invocation } from './invocation.ts';
import { gravest } from './process.ts';
import { type CheckSources, loadAllChecks } from './verify-checks.ts';
import { createProbeSource } from './verify-probes.ts';
import { openReports, writeReports, writeReportsNow } from './verify-reports.ts';
import { describeStack } from './verify-stack.ts';

declare const __VERSION__: string | undefined;
const toolVersion = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source';

/** Beyond the time of an attempt: how long the process may be busy without a break. */
const stallGraceMs = 1000;

export interface VerifyOptions {
  project: Project;
  /** Default: the stack that `up` started, else the configured one. */
  runtime?: Runtime;
  patterns?: readonly string[];
  sources?: CheckSources;
}

/** Verifies a stack and writes the reports: what `verify` does, and `up` at its end. Resolves to the exit code. */
export async function runVerify(invocation: Invocation, options: VerifyOptions): Promise<ExitCode> {
  const { project, patterns = [], sources } = options;
  const { config, origins } = project;
  const { verify } = config;
  const targets = withDefault(parseTargets(verify.reporters));
  const { checks, notices, ofThisCall } = await loadAllChecks(project, sources, invocation.signal);
  const named = patterns.length === 0 && ofThisCall.size > 0 ? [...ofThisCall] : patterns;
  const selected = selectChecks(checks, { patterns: named, tags: verify.tags, skip: verify.skip });
  const checkOptions = validateOptions(checks, config.options, (at) => originOf(origins, at).text);
  const plan = makePlan(selected);
  const [reports, runtime] = await Promise.all([
    openReports(targets),
    options.runtime ?? findRuntime(project).then((choice) => choice.runtime),
  ]);
  const underTest = await describeStack(project, runtime);
  for (const notice of notices) await invocation.stderr.write(`note: ${notice}\n`);
  const source = createProbeSource(underTest);
  let result: RunResult;
  let stopGuard = () => {};
  try {
    const run = startRun({
      plan,
      stack: underTest.stack,
      openProbes: source.open,
      options: checkOptions,
      timeoutMs: verify.timeout,
      deadlineMs: verify.deadline,
      retryForMs: verify.retryFor,
      concurrency: verify.concurrency,
      bail: verify.bail,
      readOnly: verify.readOnly,
      toolVersion,
      redact: project.redact,
      signal: invocation.signal,
    });
    stopGuard = startStallGuard({
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
  } finally {
    stopGuard();
    await source.close();
  }
  const faults = await writeReports(result, reports, invocation);
  for (const { code, message } of faults) await invocation.stderr.write(`error[${code}]: ${message}\n`);
  return gravest([result.exitCode, ...faults.map(({ exitCode }) => exitCode)]) as ExitCode;
}

/** Reports in files leave standard output to the person. */
function withDefault(targets: ReportTarget[]): ReportTarget[] {
  return targets.some(({ file }) => file === undefined) ? targets : [...targets, { name: 'pretty' }];
}

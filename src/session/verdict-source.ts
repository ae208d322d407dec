import type { Fault } from '../base/errors.ts';
import { safeLine } from '../base/safe-text.ts';
import type { Check } from '../check/define-check.ts';
import type { RunResult } from '../check/result.ts';
import type { StackInfo } from '../check/stack.ts';
import type { Project } from '../config/project.ts';
import type { OpenProbes } from '../engine/attempt.ts';
import type { AskService } from '../engine/silent-services.ts';
import type { Runtime } from '../runners/runtime.ts';
import { createArtifactSink } from './artifacts.ts';
import { createAskService } from './ask-service.ts';
import { openEvidence } from './evidence.ts';
import { createFitHint } from './fit-hints.ts';
import { createProbeSource } from './probe-source.ts';
import { assertNotBeingProved } from './prove-lock.ts';
import { repairStack } from './repair-stack.ts';
import { receiveSpans } from './spans.ts';
import { describeStack } from './stack.ts';

/** Where the probes of a run get their answers: a stack, or a recording of one. */
export interface VerdictSource {
  stack: StackInfo;
  open: OpenProbes;
  /** Starts early what these checks need and what takes long to start. */
  prepare?(checks: readonly Check[]): Promise<void>;
  /** Replaces what does not work on this stack in a hint. Absent: of a recording. */
  fitHint?(hint: string): string;
  /** Asks a service of the stack for any answer. Absent: of a recording. */
  ask?: AskService;
  close(): Promise<void>;
  /** Completes the evidence. Resolves to the `Fault` (73) for what could not be saved. */
  finish?(result: RunResult): Promise<Fault | undefined>;
}

export interface StackSourceOptions {
  runtime: Runtime;
  /** Save everything the checks observe to this folder. */
  evidence?: string | undefined;
  onNotice(text: string): void;
}

/**
 * Repairs what killed calls left, and opens the running stack. Rejects with a `Fault`: 69 where nothing of it runs, 75
 * while `checks prove` breaks it.
 */
export async function openStackSource(
  project: Project,
  { runtime, evidence, onNotice }: StackSourceOptions,
): Promise<VerdictSource> {
  const { readOnly } = project.config.verify;
  assertNotBeingProved(project);
  const notes = await repairStack(project, runtime, { reportOnly: readOnly });
  for (const note of notes) onNotice(safeLine(note, 1000));
  const underTest = await describeStack(project, runtime);
  underTest.base.readOnly = readOnly;
  const { stack } = underTest;
  // A stack with a receiver of its own writes the spans to a file.
  const receiver = underTest.base.spans
    ? undefined
    : await receiveSpans(project.config.services.telemetry, onNotice);
  if (receiver) underTest.base.spans = receiver.access;
  const { open, prepare, close } = createProbeSource(underTest);
  const source: VerdictSource = {
    stack,
    open,
    prepare,
    fitHint: createFitHint(stack, underTest.base.logs),
    ask: createAskService(underTest.base),
    async close() {
      await close();
      await receiver?.close();
    },
  };
  if (!evidence) return source;
  const writer = await openEvidence(evidence, stack, open, project.redact);
  underTest.base.artifacts = createArtifactSink(writer.artifacts);
  return { ...source, open: writer.open, finish: writer.finish };
}

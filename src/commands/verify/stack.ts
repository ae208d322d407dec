import path from 'node:path';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { secretsOfUrl } from '../../base/secret-places.ts';
import type { StackInfo } from '../../check/stack.ts';
import type { ProbeContext, SpanAccess } from '../../probes/context.ts';
import { spanFileAccess } from '../../probes/otlp/span-file.ts';
import type { Runtime } from '../../runtimes/runtime.ts';
import { spansFile } from '../../runtimes/state.ts';
import type { Project } from '../context.ts';
import { createArtifactSink } from './artifacts.ts';
import { authOf } from './stack-auth.ts';
import { stackInfo } from './stack-info.ts';
import { logsOf } from './stack-logs.ts';
import { migrationsOf } from './stack-migrations.ts';

/** The stack under test: what checks see of it, and what probes need beside. */
export interface StackUnderTest {
  stack: StackInfo;
  /** All of a probe's context that is the same for every attempt. */
  base: Omit<ProbeContext, 'signal' | 'remainingMs' | 'clock' | 'control' | 'shared'>;
  runtime: Runtime;
}

/** Puts together what is known of a stack. Rejects with a `Fault` (69) when nothing of it runs. */
export async function describeStack(project: Project, runtime: Runtime): Promise<StackUnderTest> {
  const { config, root } = project;
  const endpoints = await runtime.endpoints();
  if (!endpoints) {
    throw new Fault({
      code: 'no-stack',
      message: `nothing of the ${runtime.name} stack runs`,
      hint: 'meatymusic up',
      exitCode: ExitCode.unavailable,
    });
  }
  project.redact.add(config.auth.token, ...Object.values(endpoints).flatMap(secretsOfUrl));
  const { applicationUrl, applicationRole } = config.services.database;
  const migrations = migrationsOf(project, runtime, endpoints);
  return {
    stack: stackInfo(project, runtime, endpoints),
    base: {
      stack: stackInfo(project, runtime, endpoints),
      endpoints,
      database: { applicationRole, ...(applicationUrl ? { applicationUrl } : {}) },
      auth: authOf(project, runtime),
      logs: logsOf(project, runtime),
      ...(endpoints.otlpUrl ? { spans: receivedSpans(root) } : {}),
      ...(config.browser.path ? { browser: { path: path.resolve(root, config.browser.path) } } : {}),
      ...(migrations ? { migrations } : {}),
      artifacts: createArtifactSink(path.join(root, '.meatymusic', 'artifacts')),
    },
    runtime,
  };
}

function receivedSpans(root: string): SpanAccess {
  const file = spansFile(root);
  return spanFileAccess(file, path.relative(root, file));
}

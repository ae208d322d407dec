import path from 'node:path';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { secretsOfEndpoints } from '../base/secret-places.ts';
import type { StackInfo } from '../check/stack.ts';
import type { Project } from '../config/project.ts';
import type { SpanAccess } from '../probes/context.ts';
import { spanFileAccess } from '../probes/otlp/span-file.ts';
import type { Runtime } from '../runners/runtime.ts';
import { spansFile } from '../runners/state.ts';
import { createArtifactSink } from './artifacts.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { authOf } from './stack-auth.ts';
import { stackInfo } from './stack-info.ts';
import { logsOf } from './stack-logs.ts';
import { migrationsOf } from './stack-migrations.ts';
import type { ProbeBase } from './undo.ts';

/** The stack under test: what checks see of it, and what probes need besides. */
export interface StackUnderTest {
  stack: StackInfo;
  base: ProbeBase;
  runtime: Runtime;
  /** Records what this call changes of it. */
  ledger: Ledger;
}

/** Describes a stack for a run. Rejects with a `Fault` (69) if nothing of it runs. */
export async function describeStack(
  project: Project,
  runtime: Runtime,
  command = 'meatymusic verify',
): Promise<StackUnderTest> {
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
  project.redact.add(config.auth.token, ...secretsOfEndpoints(endpoints));
  const { applicationUrl, applicationRole } = config.services.database;
  const migrations = migrationsOf(project, runtime, endpoints);
  return {
    stack: stackInfo(project, runtime, endpoints),
    base: {
      stack: stackInfo(project, runtime, endpoints),
      endpoints,
      root,
      database: { applicationRole, ...(applicationUrl ? { applicationUrl } : {}) },
      auth: authOf(project, runtime),
      statuses: () => runtime.status(),
      logs: logsOf(runtime, config.services),
      ...(endpoints.telemetry ? { spans: receivedSpans(root) } : {}),
      ...(config.browser.path ? { browser: { path: path.resolve(root, config.browser.path) } } : {}),
      ...(migrations ? { migrations } : {}),
      artifacts: createArtifactSink(path.join(root, '.meatymusic', 'artifacts')),
    },
    runtime,
    ledger: createLedger(root, { runtime: runtime.name, endpoints, command }),
  };
}

function receivedSpans(root: string): SpanAccess {
  const file = spansFile(root);
  return spanFileAccess(file, path.relative(root, file));
}

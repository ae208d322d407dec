import { contextOf } from '../check/check-context.ts';
import type { Check } from '../check/define-check.ts';
import { effectsOf } from '../check/effects.ts';
import { judgeVerdict } from '../check/judge-verdict.ts';
import type { Probes } from '../check/probes.ts';
import { type ServiceChanges, withServices } from '../check/stack.ts';
import type { ProbeContext, SpanAccess } from '../probes/context.ts';
import { createProbe } from '../probes/index.ts';
import { readChecksFile } from '../sources/declared/checks-file.ts';
import { type DeclaredSources, findDeclaredChecks } from '../sources/declared/index.ts';
import { makeChecks } from '../sources/make-checks.ts';
import { testProbeContext, testStack } from './probe-context.ts';

export interface GivenStack {
  services?: ServiceChanges;
  databaseUrl?: string;
  cacheUrl?: string;
  logs?: ProbeContext['logs'];
  spans?: SpanAccess;
}

/** Runs a check once with real probes against whatever is there. */
export async function runForReal(check: Check, given: GivenStack = {}) {
  const { databaseUrl, cacheUrl, logs, spans, services = {} } = given;
  const context = testProbeContext({
    stack: withServices(testStack, services),
    effects: effectsOf(check),
    ...(check.timeoutMs ? { timeoutMs: check.timeoutMs } : {}),
    ...(logs ? { logs } : {}),
    ...(spans ? { spans } : {}),
  });
  context.endpoints = {
    ...context.endpoints,
    ...(databaseUrl && { database: { url: databaseUrl } }),
    ...(cacheUrl && { cache: { url: cacheUrl } }),
  };
  const opened = await Promise.all(
    check.needs.map(async (name) => [name, await createProbe(name, context)] as const),
  );
  try {
    return judgeVerdict(
      check,
      await check.run(
        contextOf(check, {
          probes: Object.fromEntries(opened) as Partial<Probes>,
          options: {},
          stack: context.stack,
          signal: context.signal,
          remainingMs: context.remainingMs,
        }),
      ),
    );
  } finally {
    for (const [, probe] of opened) await probe.close?.();
    await context.close();
  }
}

/** Returns the check of an entry as in a file: `kind: tcp, host: localhost, …`. Throws when it is not valid. */
export function declared(entry: string, vars: Record<string, unknown> = {}): Check {
  const problems: string[] = [];
  const text = `checks: [{ id: declared/one, ${entry} }]`;
  const read = readChecksFile('checks.yaml', text, { env: {}, vars }, problems);
  return makeChecks([{ ...read, problems }])[0]!;
}

/** Loads checks from files and nothing else. Rejects when one is not valid. */
export async function loadDeclared(sources: DeclaredSources) {
  const found = await findDeclaredChecks(sources);
  return { ...found, checks: makeChecks([found]) };
}

import path from 'node:path';
import type { Check } from '../check/define-check.ts';
import type { Project } from '../config/project.ts';
import { assertSound } from '../engine/plan.ts';
import { loadDeclared } from '../sources/declared/index.ts';
import { loadBuiltInChecks, loadChecksFrom } from '../sources/load.ts';

export interface CheckSources {
  /** Files of declared checks and gossfiles of this call, beside the configured ones. */
  files?: readonly string[];
  gossfiles?: readonly string[];
  varsFiles?: readonly string[];
}

export interface LoadedChecks {
  checks: Check[];
  /** What was loaded and cannot be run. */
  notices: string[];
  /** Ids that came from the files of this call. */
  ofThisCall: ReadonlySet<string>;
}

/**
 * Loads every check of a project: built-in ones, those of its folders, declared files and plugins. Rejects with a
 * `Fault` (78) if they do not fit together.
 */
export async function loadAllChecks(
  { config, root, env, redact }: Project,
  { files = [], gossfiles = [], varsFiles = [] }: CheckSources = {},
  signal?: AbortSignal,
): Promise<LoadedChecks> {
  const absolute = (names: readonly string[]) => names.map((name) => path.resolve(root, name));
  const common = { root, env, vars: config.vars, varsFiles };
  const configured = {
    files: absolute([config.checkFiles].flat()),
    gossfiles: absolute([config.gossfiles].flat()),
    plugins: config.plugins,
  };
  const hasDeclared = configured.files.length + configured.gossfiles.length + configured.plugins.length > 0;
  const nothing = { checks: [] as Check[], notices: [] as string[], secrets: [] as string[] };
  const [builtIn, folders, declared, ofCall] = await Promise.all([
    loadBuiltInChecks(signal),
    Promise.all(absolute([config.checks].flat()).map((folder) => loadChecksFrom(folder, signal))),
    hasDeclared ? loadDeclared({ ...common, ...configured }) : nothing,
    files.length + gossfiles.length > 0 ? loadDeclared({ ...common, files, gossfiles }) : nothing,
  ]);
  redact.add(...declared.secrets, ...ofCall.secrets);
  const checks = [...builtIn, ...folders.flat(), ...declared.checks, ...ofCall.checks];
  assertSound(checks);
  return {
    checks,
    notices: [...declared.notices, ...ofCall.notices],
    ofThisCall: new Set(ofCall.checks.map(({ id }) => id)),
  };
}

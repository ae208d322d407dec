import path from 'node:path';
import type { Check } from '../check/define-check.ts';
import type { Project } from '../config/project.ts';
import { serviceNames, settingsOf } from '../services/index.ts';
import { findBuiltInChecks, findFolderChecks } from '../sources/check-modules.ts';
import { type FoundDeclared, findDeclaredChecks } from '../sources/declared/index.ts';
import { fanOut, type JudgedService } from '../sources/fan-out.ts';
import { makeChecks } from '../sources/make-checks.ts';
import { findInPlugin } from '../sources/plugins.ts';

/** Sources of checks of one call, beside the configured ones. */
export interface CheckSources {
  /** Files of declared checks. Default: none. */
  files?: readonly string[];
  /** Gossfiles. Default: none. */
  gossfiles?: readonly string[];
  /** Files with variables of declared checks. Default: none. */
  varsFiles?: readonly string[];
}

export interface LoadedChecks {
  checks: Check[];
  /** Checks of kinds that the stack has no service of. */
  unused: Check[];
  /** Entries that were read and are not supported. */
  notices: string[];
  /** Ids of the checks in the files of this call. */
  ofThisCall: ReadonlySet<string>;
}

/**
 * Loads every check of a project: built in, of its folders, of its declared files and of its plugins. Rejects with one
 * `Fault` (78) that lists every problem of every source.
 */
export async function loadAllChecks(
  { config, root, env, redact }: Project,
  { files = [], gossfiles = [], varsFiles = [] }: CheckSources = {},
  signal?: AbortSignal,
  services: readonly JudgedService[] = servicesOf(config),
): Promise<LoadedChecks> {
  const absolute = (names: string | readonly string[]) =>
    [names].flat().map((name) => path.resolve(root, name));
  const findDeclared = async (named: Pick<CheckSources, 'files' | 'gossfiles'>): Promise<FoundDeclared> =>
    named.files?.length || named.gossfiles?.length
      ? findDeclaredChecks({ root, env, vars: config.vars, varsFiles, ...named })
      : { checks: [], problems: [], notices: [], secrets: [] };
  const [builtIn, folders, declared, ofCall, plugins] = await Promise.all([
    findBuiltInChecks(signal),
    Promise.all(absolute(config.checks).map((folder) => findFolderChecks(folder, signal))),
    findDeclared({ files: absolute(config.checkFiles), gossfiles: absolute(config.gossfiles) }),
    findDeclared({ files, gossfiles }),
    Promise.all(config.plugins.map((name) => findInPlugin(name, root, signal))),
  ]);
  redact.add(...declared.secrets, ...ofCall.secrets);
  const fanned = fanOut(makeChecks([builtIn, ...folders, declared, ...plugins, ofCall]), services);
  redact.allow(...wordsOf(fanned.checks));
  return {
    ...fanned,
    notices: [...declared.notices, ...ofCall.notices],
    ofThisCall: new Set(ofCall.checks.map(({ id }) => id)),
  };
}

/** Returns the words of IDs and codes, which every report has: a password that is one of them must not change them. */
function wordsOf(checks: readonly Check[]): Set<string> {
  return new Set(checks.flatMap(({ id, codes }) => [id, ...Object.keys(codes)].flatMap(wordsIn)));
}

const wordsIn = (name: string): string[] => [...name.split(/[/@]/), ...name.split(/[^\w]+/)];

function servicesOf({ services }: Project['config']): JudgedService[] {
  return serviceNames(services).map((name) => {
    const { kind, dependsOn } = settingsOf(services, name);
    return { name, kind, dependsOn };
  });
}

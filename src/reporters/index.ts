import path from 'node:path';
import type { ReporterDefinition } from '../check/reporter.ts';
import { loadReporterFile, namedReporters } from './own-reporters.ts';
import type { FolderReporter, Reporter } from './reporter.ts';
import { parseTargets, type ReportTarget, withoutFolder } from './targets.ts';

export { type FolderReporter, type Look, plainLook, type Reporter } from './reporter.ts';
export { type ReportTarget, withAbsoluteReporter } from './targets.ts';

const loaders: Readonly<Record<string, () => Promise<Reporter>>> = {
  pretty: async () => (await import('./pretty.ts')).pretty,
  json: async () => (await import('./json.ts')).json,
  jsonl: async () => (await import('./jsonl.ts')).jsonl,
  junit: async () => (await import('./junit.ts')).junit,
  tap: async () => (await import('./tap.ts')).tap,
  github: async () => (await import('./github.ts')).github,
  markdown: async () => (await import('./markdown.ts')).markdown,
  html: async () => (await import('./html/index.ts')).htmlReport,
  ctrf: async () => (await import('./ctrf.ts')).ctrf,
  prometheus: async () => (await import('./prometheus.ts')).prometheus,
};

/** Reporters that write a folder. */
const folderLoaders: Readonly<Record<string, () => Promise<FolderReporter>>> = {
  blob: async () => (await import('./blob.ts')).blob,
  allure: async () => (await import('./allure.ts')).allure,
};

/** Names of the reporters that return one text. */
export const reporterNames: readonly string[] = Object.keys(loaders);

/** Names of the reporters that write a folder: `blob=folder`. */
export const folderReporterNames: readonly string[] = Object.keys(folderLoaders);

/** A report that can be written: its reporter is loaded. */
export interface OpenReport extends ReportTarget {
  reporter: Reporter | FolderReporter;
}

export interface ReporterSources {
  /** The reporters of plugins. */
  ofPlugins: readonly ReporterDefinition[];
  /** Files of reporters are relative to it. */
  root: string;
  signal?: AbortSignal;
}

/**
 * Parses targets and loads their reporters, before the run: a typing error must not cost a run. Where none goes to standard
 * output, `pretty` does. Rejects with a `Fault` when a target or a reporter is not valid.
 */
export async function openReports(
  texts: readonly string[],
  { ofPlugins, root, signal }: ReporterSources,
): Promise<OpenReport[]> {
  const builtIn = [...reporterNames, ...folderReporterNames];
  const named = namedReporters(ofPlugins, builtIn);
  const targets = parseTargets(texts, [...builtIn, ...named.keys()]);
  if (targets.every(({ file }) => file !== undefined)) targets.push({ name: 'pretty' });
  return Promise.all(
    targets.map(async (target) => {
      const load = loaders[target.name] ?? folderLoaders[target.name];
      const reporter =
        (load ? await load() : named.get(target.name)) ??
        (await loadReporterFile(path.resolve(root, target.name), signal));
      if ('files' in reporter && target.file === undefined) throw withoutFolder(target);
      return { ...target, reporter };
    }),
  );
}

/** Loads a built-in reporter. */
export function loadReporter(name: keyof typeof loaders): Promise<Reporter> {
  return loaders[name]!();
}

/** Loads a built-in reporter that writes a folder. */
export function loadFolderReporter(name: keyof typeof folderLoaders): Promise<FolderReporter> {
  return folderLoaders[name]!();
}

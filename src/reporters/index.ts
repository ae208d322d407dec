import path from 'node:path';
import type { ReporterDefinition } from '../check/reporter.ts';
import { loadReporterFile, namedReporters } from './own-reporters.ts';
import type { Reporter } from './reporter.ts';
import { parseTargets, type ReportTarget } from './targets.ts';

export { type Look, plainLook, type Reporter } from './reporter.ts';
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
  prometheus: async () => (await import('./prometheus.ts')).prometheus,
};

export const reporterNames: readonly string[] = Object.keys(loaders);

/** A report that can be written: its reporter is loaded. */
export interface OpenReport extends ReportTarget {
  reporter: Reporter;
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
  const named = namedReporters(ofPlugins, reporterNames);
  const targets = parseTargets(texts, [...reporterNames, ...named.keys()]);
  if (targets.every(({ file }) => file !== undefined)) targets.push({ name: 'pretty' });
  return Promise.all(
    targets.map(async (target) => {
      const load = loaders[target.name];
      const reporter = load ? await load() : named.get(target.name);
      return {
        ...target,
        reporter: reporter ?? (await loadReporterFile(path.resolve(root, target.name), signal)),
      };
    }),
  );
}

/** Loads a built-in reporter. */
export function loadReporter(name: keyof typeof loaders): Promise<Reporter> {
  return loaders[name]!();
}

import type { CheckDefinition } from './define-check.ts';
import type { ReporterDefinition } from './reporter.ts';

/** The parts of a package or a file named in `plugins` of the configuration. */
export interface Plugin {
  /** Definitions of checks by id: `'<area>/<name>'`. */
  // biome-ignore lint/suspicious/noExplicitAny: each check has options, probes and codes of its own
  checks?: Readonly<Record<string, CheckDefinition<any, any, any>>>;
  /** Reporters; `--reporter` takes each by its name. */
  reporters?: readonly ReporterDefinition[];
}

/**
 * Gives a plugin its types and returns it. It is the default export of the package, or its parts are named exports.
 *
 * @example
 * export default definePlugin({
 *   checks: { 'billing/invoices-add-up': defineCheck({ … }) },
 *   reporters: [defineReporter({ name: 'csv', render: … })],
 * });
 */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}

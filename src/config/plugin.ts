import type { CheckDefinition } from '../check/define-check.ts';
import type { ReporterDefinition } from '../check/reporter.ts';
import type { ServiceKind } from '../services/kind.ts';

/** A way to run a stack; the type `Runner` of the package describes its methods. */
export interface PluginRunner {
  /** Becomes a value of `runtime` in the configuration, for example `nomad`. */
  name: string;
  /** Returns the `Runtime` of a project, from a `RuntimeContext`. */
  create(context: never): unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: each check has options, probes and codes of its own
type AnyCheckDefinition = CheckDefinition<any, any, any>;
// biome-ignore lint/suspicious/noExplicitAny: each kind has settings and information of its own
type AnyServiceKind = ServiceKind<any, any>;

/** The parts of a package or a file named in `plugins` of the configuration. */
export interface Plugin {
  /** Definitions of checks by id: `'<area>/<name>'`. Default: none. */
  checks?: Readonly<Record<string, AnyCheckDefinition>>;
  /** Reporters; `--reporter` takes each by its name. */
  reporters?: readonly ReporterDefinition[];
  /** Kinds of services, from `defineServiceKind`; the name of each becomes a value of `kind` of a service. Default: none. */
  kinds?: readonly AnyServiceKind[];
  /** Ways to run a stack. */
  runners?: readonly PluginRunner[];
}

/**
 * Gives a plugin its types and returns it. It is the default export of the package, or its parts are named exports.
 *
 * @example
 * export default definePlugin({
 *   checks: { 'billing/invoices-add-up': defineCheck({ … }) },
 *   reporters: [defineReporter({ name: 'csv', render: … })],
 *   kinds: [defineServiceKind({ name: 'queue', … })],
 * });
 */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}

import { messageOf } from '../base/errors.ts';
import { problemsOfReporter, type ReporterDefinition } from '../check/reporter.ts';
import type { Found, FoundCheck } from './found.ts';
import { findPluginEntry } from './plugin-entry.ts';
import { loadUserModule } from './user-module.ts';

export interface FoundInPlugin extends Found {
  reporters: readonly ReporterDefinition[];
}

type Parts = Partial<Record<string, unknown>>;

/** The parts of a plugin that this version takes. */
const supported = ['checks', 'reporters'];
/** The parts that are planned. */
const unsupported = ['kinds', 'runners'];
const known = [...supported, ...unsupported];

/** Loads a plugin: an npm package that is installed in the project, or a file of it. Rejects with the signal's reason alone. */
export async function findInPlugin(name: string, root: string, signal?: AbortSignal): Promise<FoundInPlugin> {
  const checks: FoundCheck[] = [];
  const reporters: ReporterDefinition[] = [];
  const problems: string[] = [];
  const report = (problem: string) => problems.push(`plugin ${name}: ${problem}`);
  try {
    const parts = partsOf(await loadUserModule(findPluginEntry(name, root), signal));
    for (const part of unsupported) {
      if (parts[part] !== undefined) report(`brings "${part}", which this version does not support`);
    }
    if (!known.some((part) => parts[part] !== undefined)) {
      report(
        `brings no ${supported.join(' and no ')}; write: export default definePlugin({ checks: { … } })`,
      );
    }
    if (parts.checks !== undefined && !isMap(parts.checks)) {
      report('"checks" is no map; write: checks: { \'<area>/<name>\': defineCheck({ … }) }');
    } else {
      for (const [id, definition] of Object.entries(parts.checks ?? {})) {
        checks.push({ id, source: name, definition });
      }
    }
    if (parts.reporters !== undefined && !Array.isArray(parts.reporters)) {
      report('"reporters" is no list; write: reporters: [defineReporter({ name, render })]');
    } else {
      for (const [index, reporter] of ((parts.reporters as unknown[]) ?? []).entries()) {
        const found = problemsOfReporter(reporter);
        for (const problem of found) report(`reporter ${index + 1}: ${problem}`);
        if (found.length === 0) reporters.push(reporter as ReporterDefinition);
      }
    }
  } catch (thrown) {
    signal?.throwIfAborted();
    report(messageOf(thrown).split('\n')[0]!);
  }
  return { checks, reporters, problems };
}

/** The default export where it has a part of a plugin, else the named exports. */
function partsOf(loaded: Parts): Parts {
  const { default: plugin } = loaded;
  return isMap(plugin) && known.some((part) => part in plugin) ? plugin : loaded;
}

function isMap(given: unknown): given is Parts {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

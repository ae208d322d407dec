import { messageOf } from '../base/errors.ts';
import { problemsOfReporter, type ReporterDefinition } from '../check/reporter.ts';
import type { PluginRunner } from '../config/plugin.ts';
import { problemsOfKind, type ServiceKind } from '../services/kind.ts';
import type { Found, FoundCheck } from './found.ts';
import { findPluginEntry } from './plugin-entry.ts';
import { loadUserModule } from './user-module.ts';

export interface FoundInPlugin extends Found {
  reporters: readonly ReporterDefinition[];
  kinds: readonly ServiceKind[];
  runners: readonly PluginRunner[];
}

type Parts = Partial<Record<string, unknown>>;

/** The parts that are lists: how each is written, and what is wrong with an element. */
const lists = {
  reporters: { write: 'defineReporter({ name, render })', problemsOf: problemsOfReporter },
  kinds: { write: 'defineServiceKind({ name, … })', problemsOf: problemsOfKind },
  runners: { write: "{ name: '…', create }", problemsOf: problemsOfRunner },
} as const;
const partNames = ['checks', ...Object.keys(lists)];

/** Loads a plugin: an npm package that is installed in the project, or a file of it. Rejects with the signal's reason alone. */
export async function findInPlugin(name: string, root: string, signal?: AbortSignal): Promise<FoundInPlugin> {
  const checks: FoundCheck[] = [];
  const found: Record<keyof typeof lists, unknown[]> = { reporters: [], kinds: [], runners: [] };
  const problems: string[] = [];
  const report = (problem: string) => problems.push(`plugin ${name}: ${problem}`);
  try {
    const parts = partsOf(await loadUserModule(findPluginEntry(name, root), signal));
    if (!partNames.some((part) => parts[part] !== undefined)) {
      report(`brings none of ${partNames.join(', ')}; write: export default definePlugin({ checks: { … } })`);
    }
    if (parts.checks !== undefined && !isMap(parts.checks)) {
      report('"checks" is no map; write: checks: { \'<area>/<name>\': defineCheck({ … }) }');
    } else {
      for (const [id, definition] of Object.entries(parts.checks ?? {})) {
        checks.push({ id, source: name, definition });
      }
    }
    for (const part of Object.keys(lists) as (keyof typeof lists)[]) {
      const { write, problemsOf } = lists[part];
      const list = parts[part] ?? [];
      if (!Array.isArray(list)) report(`"${part}" is no list; write: ${part}: [${write}]`);
      for (const [index, element] of (Array.isArray(list) ? list : []).entries()) {
        const wrong = problemsOf(element);
        for (const problem of wrong) report(`${part.slice(0, -1)} ${index + 1}: ${problem}`);
        if (wrong.length === 0) found[part].push(element);
      }
    }
  } catch (thrown) {
    signal?.throwIfAborted();
    report(messageOf(thrown).split('\n')[0]!);
  }
  return { checks, problems, ...(found as Pick<FoundInPlugin, keyof typeof lists>) };
}

function problemsOfRunner(given: unknown): string[] {
  const { name, create } = (given ?? {}) as Partial<Record<string, unknown>>;
  if (typeof create !== 'function') return ['is no runner; write: { name, create(context) { … } }'];
  if (typeof name !== 'string' || !/^[a-z][\w-]*$/.test(name)) return ['"name" is not a word in lower case'];
  return [];
}

/** The default export where it has a part of a plugin, else the named exports. */
function partsOf(loaded: Parts): Parts {
  const { default: plugin } = loaded;
  return isMap(plugin) && partNames.some((part) => part in plugin) ? plugin : loaded;
}

function isMap(given: unknown): given is Parts {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

import type { PluginProblem } from '../config/load.ts';
import { runtimeChoices } from '../config/runner-names.ts';
import { registerRunner } from '../runners/index.ts';
import { ofPlugin } from '../runners/of-plugin.ts';
import type { Runner } from '../runners/runner.ts';
import { kindNames, registerKind } from '../services/index.ts';
import { findInPlugin } from '../sources/plugins.ts';

/** Names of what plugins of this process have registered: a second project, or the same again, may register it again. */
const ofPlugins = new Set<string>();

/**
 * Registers the kinds of services and the runners of plugins, so that the configuration can name them. Resolves to the
 * problems of the plugins. Rejects with the signal's reason alone.
 */
export async function registerPlugins(
  names: readonly string[],
  root: string,
  signal?: AbortSignal,
): Promise<PluginProblem[]> {
  const plugins = await Promise.all(
    names.map(async (name) => ({ name, ...(await findInPlugin(name, root, signal)) })),
  );
  const problems: PluginProblem[] = plugins.flatMap(({ problems }) => problems);
  const seen = new Map<string, string>();
  for (const { name: plugin, kinds, runners } of plugins) {
    const register = (what: string, name: string, taken: readonly string[], add: () => void) => {
      const key = `${what} ${name}`;
      const other = seen.get(key);
      if (other !== undefined) problems.push(`plugin ${plugin}: ${key} is in plugin ${other} as well`);
      else if (taken.includes(name) && !ofPlugins.has(key))
        problems.push(`plugin ${plugin}: ${key} is built in; give it another name`);
      else {
        seen.set(key, plugin);
        ofPlugins.add(key);
        add();
      }
    };
    for (const kind of kinds) register('kind', kind.name, kindNames(), () => registerKind(kind));
    for (const { name, ...runner } of runners)
      register('runner', name, runtimeChoices, () =>
        registerRunner(name, ofPlugin(runner as unknown as Runner)),
      );
  }
  return problems;
}

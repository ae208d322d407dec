import { loadModule } from '../base/load-module.ts';
import * as publicEntry from '../config/public-entry.ts';

/** The modules that are given to user code instead of being looked up. One object: the loader has one cache for it. */
const virtualModules = { meatymusic: publicEntry };

/**
 * Loads a JavaScript or TypeScript file of a project or a plugin; `import … from 'meatymusic'` in it gives this package.
 * Resolves to the exports of the file. Rejects with what it threw, or after 10 s.
 */
export function loadUserModule(file: string, signal?: AbortSignal): Promise<Record<string, unknown>> {
  return loadModule(file, { virtualModules, signal });
}

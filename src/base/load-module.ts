import { createRequire } from 'node:module';
import type { Jiti } from 'jiti';

export interface LoadModuleOptions {
  /** Modules that the file may import by name without having them installed: `{ meatymusic: … }`. */
  virtualModules?: Record<string, unknown>;
  /** The text of the file, already read. It is evaluated at each call. Default: read from the file, and kept. */
  source?: string;
  /** A tsconfig.json whose `paths` the imports of the file may use. Default: none. */
  tsconfig?: string | undefined;
  /** Limit for a file whose top-level `await` never settles. Default: 10 s. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Loads a JavaScript or TypeScript file without a build step or a type check. Keeps no compiled code on disk. Resolves
 * to the exports of the module. Rejects with the error that the file threw, with `ModuleLoadTimeout`, or with the
 * reason of the signal.
 */
export async function loadModule(
  file: string,
  { virtualModules = noModules, source, tsconfig, timeoutMs = 10_000, signal }: LoadModuleOptions = {},
): Promise<Record<string, unknown>> {
  const jiti = await getLoader(virtualModules, tsconfig);
  signal?.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  try {
    return await Promise.race([
      evaluate(jiti, file, source),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new ModuleLoadTimeout(file, timeoutMs)), timeoutMs);
        onAbort = () => reject(signal?.reason);
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    ]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}

async function evaluate(jiti: Jiti, file: string, source: string | undefined) {
  const exports =
    source === undefined
      ? await jiti.import(file)
      : await jiti.evalModule(source, { filename: file, async: true, forceTranspile: true });
  return exports as Record<string, unknown>;
}

export class ModuleLoadTimeout extends Error {
  override readonly name = 'ModuleLoadTimeout';
  readonly code = 'module-load-timeout';

  constructor(file: string, timeoutMs: number) {
    super(`${file} was not loaded within ${timeoutMs} ms: an await at its top level does not settle`);
  }
}

const noModules = {};
/** Loaders by set of virtual modules and tsconfig.json: loaders share no cache, so each set has one. */
const loaders = new WeakMap<object, Map<string | undefined, Promise<Jiti>>>();

function getLoader(virtualModules: Record<string, unknown>, tsconfig: string | undefined): Promise<Jiti> {
  const ofModules = loaders.get(virtualModules) ?? new Map<string | undefined, Promise<Jiti>>();
  loaders.set(virtualModules, ofModules);
  const loader = ofModules.get(tsconfig) ?? createLoader(virtualModules, tsconfig);
  ofModules.set(tsconfig, loader);
  return loader;
}

async function createLoader(
  virtualModules: Record<string, unknown>,
  tsconfig: string | undefined,
): Promise<Jiti> {
  const { createTransform } = await import('./strip-types.ts');
  // `import('jiti')` would first parse the whole file to find the names of its exports (75 ms).
  const { createJiti } = createRequire(import.meta.url)('jiti') as typeof import('jiti');
  const babel = createJiti(import.meta.url, { fsCache: false });
  return createJiti(import.meta.url, {
    virtualModules,
    ...(tsconfig === undefined ? {} : { tsconfigPaths: tsconfig }),
    // jiti would keep compiled code in a temporary folder that other users can write to, and run it from there.
    fsCache: false,
    transform: createTransform(Object.keys(virtualModules), (options) => babel.transform(options)),
  });
}

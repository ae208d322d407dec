import os from 'node:os';
import path from 'node:path';
import type { Jiti } from 'jiti';

export interface LoadModuleOptions {
  /** Modules that are handed to the file instead of being looked up: `{ meatymusic: … }`. */
  virtualModules?: Record<string, unknown>;
  /** For a file whose top-level `await` never settles. Default 10 s. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Loads somebody's JavaScript or TypeScript file, without a build step and without a type check, on every Node that we
 * support. Resolves to the module's exports. Rejects with what the file threw, with `ModuleLoadTimeout`, or with the
 * signal's reason.
 */
export async function loadModule(
  file: string,
  { virtualModules = {}, timeoutMs = 10_000, signal }: LoadModuleOptions = {},
): Promise<Record<string, unknown>> {
  const jiti = await jitiFor(virtualModules);
  signal?.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  try {
    return await Promise.race([
      jiti.import<Record<string, unknown>>(file),
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

export class ModuleLoadTimeout extends Error {
  override readonly name = 'ModuleLoadTimeout';
  readonly code = 'module-load-timeout';

  constructor(file: string, timeoutMs: number) {
    super(`${file} was not loaded within ${timeoutMs} ms: an await at its top level does not settle`);
  }
}

/** Of this user: in the shared folder that is the loader's default, anybody could plant code that is then run. */
const compiledFolder = path.join(
  process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'),
  'meatymusic',
);

/** One loader for each set of virtual modules: loaders share nothing, and a hundred files must not make a hundred. */
const loaders = new WeakMap<object, Promise<Jiti>>();
const none = {};

function jitiFor(virtualModules: Record<string, unknown>): Promise<Jiti> {
  const key = Object.keys(virtualModules).length === 0 ? none : virtualModules;
  let jiti = loaders.get(key);
  if (!jiti) {
    jiti = import('jiti').then(({ createJiti }) =>
      createJiti(import.meta.url, { virtualModules, fsCache: compiledFolder }),
    );
    loaders.set(key, jiti);
  }
  return jiti;
}

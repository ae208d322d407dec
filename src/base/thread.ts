import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { distFolder, isBuilt, packageRoot } from './package-root.ts';

/** Starts `dist/<name>`, a file of the build, in a thread; `source` when running from the source. */
export function startThread(
  { name, source }: { name: string; source: string },
  options: WorkerOptions = {},
): Worker {
  if (isBuilt) return new Worker(pathToFileURL(path.join(distFolder, name)), options);
  // A new thread cannot load TypeScript by itself.
  const file = JSON.stringify(path.join(packageRoot, source));
  const jiti = JSON.stringify(createRequire(import.meta.url).resolve('jiti'));
  const bootstrap = `import(${jiti}).then(({ createJiti }) => createJiti(${file}).import(${file}))`;
  return new Worker(bootstrap, { ...options, eval: true });
}

import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../base/package-root.ts';
import { findCheckFiles } from './check-files.ts';

/** The loaders of files of checks, by their names relative to the folder. */
export type CheckLoaders = Record<string, () => Promise<Record<string, unknown>>>;

/** Returns the loaders of the checks of this package. In the bundle, a table of them replaces this module. */
export async function builtInChecks(): Promise<CheckLoaders> {
  const folder = path.join(packageRoot, 'checks');
  const names = await findCheckFiles(folder);
  const load = (name: string) => () => import(/* @vite-ignore */ pathToFileURL(path.join(folder, name)).href);
  return Object.fromEntries(names.map((name) => [name, load(name)]));
}

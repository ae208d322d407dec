import { existsSync } from 'node:fs';
import path from 'node:path';
import { configFileNames } from '../../config/find.ts';
import type { Project } from '../../config/project.ts';
import type { WatchedPaths } from './touched.ts';

const environmentFiles = ['.env', '.env.local'];

/** Returns the paths to watch; `more` are files of checks of this call. A file that does not exist yet is watched as well. */
export function watchedPaths({ config, root, file }: Project, more: readonly string[]): WatchedPaths {
  const at = (each: string) => path.resolve(root, each);
  const folder = at(config.migrations.folder ?? 'migrations');
  return {
    config: [...(file ? [file] : configFileNames.map(at)), ...environmentFiles.map(at)],
    checks: [config.checks, config.checkFiles, config.gossfiles].flat().map(at).concat(more),
    migrations: existsSync(folder) || config.migrations.folder !== undefined ? [folder] : [],
  };
}

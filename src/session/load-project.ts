import path from 'node:path';
import { learnEnvironment } from '../base/learn-environment.ts';
import type { Project } from '../config/project.ts';
import { openProject } from './open-project.ts';

/** Where a configuration is found, and what overrides it. */
export interface LoadProjectOptions {
  /** The configuration file is searched from this folder upwards. Default: the working directory. */
  cwd?: string;
  /** Path of the configuration file, relative to `cwd`. Default: the first that is found. */
  configFile?: string;
  /** Name of an environment of the file: `staging`. Default: none. */
  environment?: string;
  /** Default: `process.env`. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Settings by their paths, which override every other source: `{ 'verify.timeout': '2s' }`. Default: none. */
  settings?: Readonly<Record<string, unknown>>;
  /** Ends the loading of a configuration that is code. Default: no signal. */
  signal?: AbortSignal;
  /** Receives what a configuration that is code prints. Default: it is discarded. */
  onOutput?(text: string): void;
}

/**
 * Loads the configuration of a project, as the command line does: defaults, file, `.env`, environment, `settings`.
 * Rejects with a `Fault` (78) that lists every problem.
 *
 * @example
 * const project = await loadProject({ cwd: 'services', settings: { 'verify.timeout': '2s' } });
 * console.log(project.config.services.api.url);
 */
export async function loadProject(options: LoadProjectOptions = {}): Promise<Project> {
  const { cwd = '.', configFile, env = process.env, settings = {}, ...others } = options;
  learnEnvironment(env);
  const folder = path.resolve(cwd);
  return openProject({
    ...others,
    cwd: folder,
    env,
    configFile: configFile === undefined ? undefined : path.resolve(folder, configFile),
    flags: Object.entries(settings).map(([at, value]) => ({ path: at, value, flag: `settings["${at}"]` })),
  });
}

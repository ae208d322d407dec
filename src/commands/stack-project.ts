import path from 'node:path';
import type { FlagSetting } from '../config/origin.ts';
import type { Project } from '../config/project.ts';
import { openProject } from './context.ts';
import type { Invocation } from './invocation.ts';

/**
 * The project for a command that shows what services write and runs no check: it knows the secrets of the project's
 * files of checks, too. What is wrong with the files is reported by the commands that run them.
 */
export async function openStackProject(
  invocation: Invocation,
  flags: readonly FlagSetting[] = [],
): Promise<Project> {
  const project = await openProject(invocation, flags);
  const { config, root, env, redact } = project;
  const absolute = (names: string | string[]) => [names].flat().map((name) => path.resolve(root, name));
  const [files, gossfiles] = [absolute(config.checkFiles), absolute(config.gossfiles)];
  if (files.length + gossfiles.length === 0) return project;
  const { loadDeclared } = await import('../sources/declared/index.ts');
  const declared = await loadDeclared({ root, env, vars: config.vars, files, gossfiles }).catch(
    () => undefined,
  );
  redact.add(...(declared?.secrets ?? []));
  return project;
}

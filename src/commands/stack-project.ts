import type { FlagSetting } from '../config/origin.ts';
import type { Project } from '../config/project.ts';
import { learnSecretsOfChecks } from '../session/learn-checks.ts';
import { openProject } from './context.ts';
import type { Invocation } from './invocation.ts';

/** Resolves to the project for a command that shows what services write and runs no check. */
export async function openStackProject(
  invocation: Invocation,
  flags: readonly FlagSetting[] = [],
): Promise<Project> {
  const project = await openProject(invocation, flags);
  await learnSecretsOfChecks(project);
  return project;
}

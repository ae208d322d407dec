import type { Project } from '../config/project.ts';
import { runtimesToStop } from '../runners/choose.ts';
import type { RuntimeEvent } from '../runners/runtime.ts';
import { forgetChanges } from './repair.ts';
import { repairStack } from './repair-stack.ts';

export interface StopOptions {
  /** Remove the data as well. */
  volumes: boolean;
  signal: AbortSignal;
  onEvent(event: RuntimeEvent): void;
}

/** Stops everything that `up` started for the project. Resolves to the names of what was stopped. */
export async function stopStack(
  project: Project,
  { volumes, signal, onEvent }: StopOptions,
): Promise<string[]> {
  const note = (message: string) => onEvent({ type: 'notice', message });
  const stopped: string[] = [];
  for (const runtime of await runtimesToStop(project)) {
    // Data that stays is repaired while its database runs.
    const repaired = volumes ? [] : await repairStack(project, runtime, { onlyData: true });
    repaired.forEach(note);
    stopped.push(...(await runtime.down({ volumes, signal, onEvent })));
    forgetChanges(project.root, runtime.name, { volumes }).forEach(note);
  }
  return stopped;
}

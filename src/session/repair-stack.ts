import type { Project } from '../config/project.ts';
import type { Runtime } from '../runners/runtime.ts';
import { type RepairOptions, repairLeftovers } from './repair.ts';

/** Undoes what earlier calls left changed in the stack. Resolves to notes for the user. */
export function repairStack(project: Project, runtime: Runtime, options?: RepairOptions): Promise<string[]> {
  return repairLeftovers(
    {
      root: project.root,
      runtime,
      endpoints: () => runtime.endpoints(),
      async base() {
        const { describeStack } = await import('./stack.ts');
        return (await describeStack(project, runtime)).base;
      },
    },
    options,
  );
}

import type { Runtime } from '../runtimes/runtime.ts';
import { type RepairOptions, repairLeftovers } from '../session/repair.ts';
import type { Project } from './context.ts';

/** Undoes what earlier calls left changed of the stack. Resolves to notes for a person. */
export function repairStack(project: Project, runtime: Runtime, options?: RepairOptions): Promise<string[]> {
  return repairLeftovers(
    {
      root: project.root,
      runtime,
      endpoints: () => runtime.endpoints(),
      async base() {
        const { describeStack } = await import('./verify/stack.ts');
        return (await describeStack(project, runtime)).base;
      },
    },
    options,
  );
}

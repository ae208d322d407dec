import { Fault, messageOf } from '../../../base/errors.ts';
import { ExitCode } from '../../../base/exit-code.ts';
import { lockHolder } from '../../../base/pid-lock.ts';
import type { Runtime } from '../../../runtimes/runtime.ts';
import type { Project } from '../../context.ts';
import { proveLock, readRecord, removeRecord } from './record.ts';

/** Throws a `Fault` (75) while `checks prove` is at work: what it breaks is nobody's finding, and not to be mended. */
export function assertNotBeingProved({ root }: Pick<Project, 'root'>): void {
  const holder = lockHolder(proveLock(root));
  if (holder) throw provedBy(holder);
}

/**
 * For whoever is about to use the stack: mends what a killed `checks prove` left broken, and resolves to what there is to
 * say of that.
 */
export async function mendLeftover(project: Project, runtime: Runtime): Promise<string | undefined> {
  assertNotBeingProved(project);
  return mendRecorded(project, runtime);
}

/** For a run that may not write: what is left broken, which stays so. */
export function leftoverOf(project: Project, runtime: Runtime): string | undefined {
  assertNotBeingProved(project);
  const record = readRecord(project.root, runtime.name);
  return (
    record &&
    `a killed \`checks prove\` left the stack broken ("${record.sabotage.name}"); a read-only run does not repair it`
  );
}

export function provedBy({ pid, since }: { pid: number; since: string }): Fault {
  return new Fault({
    code: 'locked',
    message: `meatymusic checks prove breaks this stack on purpose: process ${pid}, since ${since}`,
    hint: 'wait for it, or end it: it mends the stack before it goes',
    exitCode: ExitCode.locked,
  });
}

/** The same for the process that proves. */
export async function mendRecorded(project: Project, runtime: Runtime): Promise<string | undefined> {
  const { root } = project;
  const record = readRecord(root, runtime.name);
  if (!record) return undefined;
  const { name } = record.sabotage;
  const [{ lastingWork }, { describeStack }] = await Promise.all([
    import('./lasting.ts'),
    import('../../verify/stack.ts'),
  ]);
  try {
    await lastingWork(record.sabotage, await describeStack(project, runtime)).mend();
  } catch (error) {
    // What a statement says will not change by being asked again; a database that is away may come back.
    if (error instanceof Fault && error.code === 'not-mended') removeRecord(root, runtime.name);
    return `a killed \`checks prove\` left the stack broken ("${name}"), and mending it failed: ${messageOf(error)}; for a new one: meatymusic down --volumes, then up`;
  }
  removeRecord(root, runtime.name);
  return `mended what a killed \`checks prove\` had broken: "${name}"`;
}

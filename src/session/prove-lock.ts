import path from 'node:path';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { type LockHolder, lockHolder } from '../base/pid-lock.ts';
import type { Project } from '../config/project.ts';
import { stackFolder } from '../runners/state.ts';

/** Returns the lock file of `checks prove`: other calls would report what it breaks. */
export const proveLock = (root: string) => path.join(stackFolder(root), 'prove.lock');

/** Throws a `Fault` (75) while `checks prove` runs. */
export function assertNotBeingProved({ root }: Pick<Project, 'root'>): void {
  const holder = lockHolder(proveLock(root));
  if (holder) throw provedBy(holder);
}

export function provedBy({ pid, since }: Pick<LockHolder, 'pid' | 'since'>): Fault {
  return new Fault({
    code: 'locked',
    message: `meatymusic checks prove breaks this stack on purpose: process ${pid}, since ${since}`,
    hint: 'wait for it, or end it: it restores the stack before it ends',
    exitCode: ExitCode.locked,
  });
}

import path from 'node:path';
import { AwaitTimeout, awaitUntil } from '../base/await-until.ts';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { type LockAttempt, tryLock } from '../base/pid-lock.ts';
import type { RuntimeEvent } from './runtime.ts';
import { ensureStackFolder } from './state.ts';

const lockMs = 30_000;

/** One process at a time starts or stops the project's stack; the others wait, and give up with 75. */
export async function withStartLock<T>(
  root: string,
  options: { signal: AbortSignal; timeoutMs?: number; onEvent(event: RuntimeEvent): void },
  work: () => Promise<T>,
): Promise<T> {
  const { signal, timeoutMs = lockMs, onEvent } = options;
  const file = path.join(ensureStackFolder(root), 'start.lock');
  let holder = 'another process';
  let isReported = false;
  /** What cannot be written will not be by waiting. */
  const attempt = () => {
    let lock: LockAttempt;
    try {
      lock = tryLock(file, 'meatymusic');
    } catch (fault) {
      return { fault };
    }
    if (lock.acquired) return { lock };
    holder = `process ${lock.holder.pid}, since ${lock.holder.since}`;
    if (!isReported)
      onEvent({ type: 'notice', message: `waits for ${holder}, which starts or stops this stack` });
    isReported = true;
    return undefined;
  };
  const withinMs = Math.min(lockMs, timeoutMs);
  const taken = await awaitUntil(attempt, { what: 'the start lock', withinMs, signal }).catch((error) => {
    if (!(error instanceof AwaitTimeout)) throw error;
    throw new Fault({
      code: 'locked',
      message: `another call starts or stops this stack: ${holder}`,
      hint: 'wait for it, or end it',
      exitCode: ExitCode.locked,
    });
  });
  if ('fault' in taken) throw taken.fault;
  try {
    return await work();
  } finally {
    taken.lock.release();
  }
}

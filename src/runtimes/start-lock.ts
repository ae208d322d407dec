import path from 'node:path';
import { AwaitTimeout, awaitUntil } from '../base/await-until.ts';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { tryLock } from '../base/pid-lock.ts';
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
  let told = false;
  const attempt = () => {
    const lock = tryLock(file, 'meatymusic');
    if (lock.acquired) return lock;
    holder = `process ${lock.holder.pid}, since ${lock.holder.since}`;
    if (!told) onEvent({ type: 'notice', message: `waits for ${holder}, which starts or stops this stack` });
    told = true;
    return undefined;
  };
  const withinMs = Math.min(lockMs, timeoutMs);
  const lock = await awaitUntil(attempt, { what: 'the start lock', withinMs, signal }).catch((error) => {
    if (!(error instanceof AwaitTimeout)) throw error;
    throw new Fault({
      code: 'locked',
      message: `another call starts or stops this stack: ${holder}`,
      hint: 'wait for it, or end it',
      exitCode: ExitCode.locked,
    });
  });
  try {
    return await work();
  } finally {
    lock.release();
  }
}

import { formatDuration } from '../base/duration.ts';
import { messageOf, stackOf } from '../base/errors.ts';
import { startThread } from '../base/thread.ts';
import type { WorkerAnswer } from './config-worker.ts';

export interface ReadModuleOptions {
  /** Default 10 s. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
  /** The output of the file. */
  onOutput?: ((text: string) => void) | undefined;
}

/** Loads a configuration that is code. Rejects only with the signal's reason; what goes wrong is an answer. */
export async function readModule(
  file: string,
  { timeoutMs = 10_000, signal, onOutput = () => {} }: ReadModuleOptions = {},
): Promise<WorkerAnswer> {
  signal?.throwIfAborted();
  const worker = startThread(
    { name: 'config-worker.cjs', source: 'src/config/config-worker.ts' },
    { workerData: { file }, stdout: true, stderr: true },
  );
  for (const stream of [worker.stdout, worker.stderr]) stream.setEncoding('utf8').on('data', onOutput);
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const failed = (message: string): WorkerAnswer => ({ kind: 'error', message, stack: '' });
  try {
    return await new Promise<WorkerAnswer>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (error) =>
        resolve({ kind: 'error', message: messageOf(error), stack: stackOf(error) ?? '' }),
      );
      worker.once('exit', () => resolve(failed('it ends the process')));
      const within = formatDuration(timeoutMs);
      timer = setTimeout(() => resolve(failed(`it is not done after ${within}`)), timeoutMs);
      onAbort = () => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}

/**
 * Loads a configuration that is code, in a thread of its own: a loop without end, an await that never settles, a
 * process.exit(), a late throw or an open handle in a user's file then ends this thread and not the command.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, stackOf } from '../base/errors.ts';
import { loadModule } from '../base/load-module.ts';
import { isPlainObject } from '../base/plain-object.ts';
import * as publicEntry from './public-entry.ts';
import { soundCopy, structuralProblems } from './settings.ts';

/** The answer of the thread. `value` is plain data. */
export type WorkerAnswer =
  | { kind: 'value'; value: unknown; problems: { path: string; message: string }[] }
  | { kind: 'no-default' }
  | { kind: 'error'; message: string; stack: string };

async function load(file: string): Promise<WorkerAnswer> {
  // The one who started the thread keeps the time.
  const loaded = await loadModule(file, {
    virtualModules: { meatymusic: publicEntry },
    timeoutMs: 2 ** 31 - 1,
  });
  const exported = loaded.default;
  if (exported === undefined) return { kind: 'no-default' };
  const value: unknown = typeof exported === 'function' ? await exported() : exported;
  const sound = isPlainObject(value) ? soundCopy(value) : typeof value;
  return { kind: 'value', value: sound, problems: [...structuralProblems(value)] };
}

const { file } = workerData as { file: string };
// A promise that never settles keeps no thread alive, and its end would look like a process.exit().
setInterval(() => {}, 2 ** 31 - 1);
load(file).then(
  (answer) => parentPort?.postMessage(answer),
  (error: unknown) => {
    const stack = stackOf(error) ?? '';
    parentPort?.postMessage({ kind: 'error', message: messageOf(error), stack } satisfies WorkerAnswer);
  },
);

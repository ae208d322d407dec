import { pause } from '../../base/await-until.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { safeLine } from '../../base/safe-text.ts';
import type { Runtime } from '../../runners/runtime.ts';
import type { Invocation } from '../invocation.ts';
import { createLogPrinter } from '../logs/printer.ts';
import { lineFor, styleFor } from '../style.ts';

const pollMs = 500;

/** Shows the logs as they come, and says when a service dies, until a signal ends it or nothing runs any more. */
export async function stayInForeground(
  { stdout, stderr, signal }: Invocation,
  runtime: Runtime,
): Promise<ExitCode> {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const watching = watch().finally(() => ended.abort());
  const printer = createLogPrinter(stdout);
  try {
    for await (const line of runtime.logs({ follow: true, tail: 0, signal: either })) {
      await stdout.write(printer.print(line));
    }
  } catch (error) {
    if (!either.aborted) throw error;
  }
  await watching;
  signal.throwIfAborted();
  return ExitCode.unavailable;

  async function watch(): Promise<void> {
    const style = styleFor(stderr);
    const dead = new Set<string>();
    while (!signal.aborted) {
      const services = await runtime.status().catch(() => []);
      for (const { service, state, exitCode, note } of services) {
        const over = state === 'exited' || state === 'missing';
        if (!over) dead.delete(service);
        else if (!dead.has(service)) {
          dead.add(service);
          const how = exitCode === undefined ? '' : ` with exit code ${exitCode}`;
          const line = `${service} ended${how}${note ? `; ${safeLine(note)}` : ''}`;
          await stderr.write(lineFor(stderr, line, style.bad));
        }
      }
      if (services.length === 0 || services.every(({ service }) => dead.has(service))) return;
      await pause(pollMs, signal).catch(() => {});
    }
  }
}

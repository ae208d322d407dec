import { caughtUp, type LogLine, type LogOptions } from '../../logs/access.ts';
import { type LineSource, mergedLines } from '../../logs/merged-lines.ts';
import type { Runtime } from '../runtime.ts';
import type { Part } from './index.ts';

/** Lines of the logs of services of several parts, by time. Throws a `Fault` if one of them has no log. */
export function mergedLogs(
  parts: readonly Part[],
  services: readonly string[],
  options: Omit<LogOptions, 'services'>,
): AsyncIterable<LogLine> {
  const runtimeOf = (service: string) =>
    (parts.find((part) => part.services.has(service)) ?? parts[0])?.runtime as Runtime;
  const runtimes = new Set(services.map(runtimeOf));
  const [first] = runtimes;
  if (first && runtimes.size === 1) return first.logs({ ...options, services });
  const sources = services.map((service): LineSource => {
    const runtime = runtimeOf(service);
    const lines = runtime.logAccess(service)?.lines;
    return {
      service,
      access: { lines: lines ?? ((how) => linesOf(runtime, service, { ...options, ...how })) },
    };
  });
  return mergedLines(sources, options);
}

/** A line that comes while the log is read for the second time may be shown twice; none is left out. */
async function* linesOf(
  runtime: Runtime,
  service: string,
  options: LogOptions,
): AsyncGenerator<string | typeof caughtUp> {
  const { follow, ...past } = options;
  const startMs = Date.now();
  for await (const { text } of runtime.logs({ ...past, services: [service], follow: false })) yield text;
  yield caughtUp;
  if (!follow) return;
  const further = { services: [service], follow, sinceMs: startMs, signal: options.signal };
  for await (const { text } of runtime.logs(further)) yield text;
}

import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { nearest } from '../../base/nearest.ts';
import type { LogFollower, LogLine, LogOptions } from '../../logs/access.ts';
import { composeNameOf, serviceNames } from '../../services/index.ts';
import type { RuntimeContext } from '../context.ts';
import type { EngineCli } from './cli.ts';
import type { Container } from './containers.ts';
import { listenToEvents } from './events.ts';
import { byTime, followContainers } from './log-follower.ts';
import type { LogMemory, TimedLine } from './log-memory.ts';
import { openLog, readLog } from './log-stream.ts';
import { receiverService } from './receiver.ts';
import type { FoundStack } from './session.ts';

/** Lines that wait for their reader before the writers are held up. */
const maxWaiting = 10_000;

/** What the containers wrote: what is there, by time, and then (follow) what comes, through restarts and new containers. */
export async function* readLogs(
  context: RuntimeContext,
  cli: EngineCli,
  stack: FoundStack,
  options: LogOptions,
  memory: LogMemory,
): AsyncIterable<LogLine> {
  const started = new Date().toISOString();
  for (const { service, text } of await pastLines(context, cli, stack, { ...options, started }, memory))
    yield { service, text };
  if (!options.follow) return;
  const { chosen, names } = chosenBy(options.services, stack.containers, context.config);
  const { project } = stack;
  yield* readFuture({
    cli,
    project,
    names,
    containers: chosen,
    since: started,
    signal: options.signal,
  });
}

/** Resolves to the lines that are there, by time; with `follow`, up to the moment `started`. */
export async function pastLines(
  { config }: RuntimeContext,
  cli: EngineCli,
  { containers }: FoundStack,
  { services, follow, sinceMs, tail, signal, started }: LogOptions & { started?: string },
  memory: LogMemory,
): Promise<TimedLine[]> {
  const read = (container: Container, from: { sinceMs?: number | undefined; until?: string | undefined }) =>
    readLog({ cli, container, tail, signal, ...from });
  const past = await Promise.all(
    chosenBy(services, containers, config).chosen.map((container) =>
      follow || tail !== undefined
        ? read(container, { sinceMs, until: follow ? started : undefined })
        : memory.lines(container.id, sinceMs, (fromMs) => read(container, { sinceMs: fromMs })),
    ),
  );
  return byTime(past.flat());
}

/** Follows what the containers of one service write. */
export function followLog(
  { config }: RuntimeContext,
  cli: EngineCli,
  service: string,
  find: (signal?: AbortSignal) => Promise<FoundStack | undefined>,
  memory: LogMemory,
): LogFollower {
  const found = new Map<string, Container>();
  return followContainers({
    async containers(signal) {
      const stack = await memory.stack(() => find(signal));
      for (const container of chosenBy([service], stack?.containers ?? [], config).chosen)
        found.set(container.id, container);
      return (stack?.containers ?? []).map(({ id }) => id).filter((id) => found.has(id));
    },
    lines: (id, signal = new AbortController().signal) =>
      memory.growing(id, (sinceMs) => readLog({ cli, container: found.get(id)!, signal, sinceMs })),
  });
}

/** The containers of the named services, or of all. */
function chosenBy(
  services: readonly string[] | undefined,
  containers: readonly Container[],
  config: RuntimeContext['config'],
) {
  const all = containers.filter(({ oneOff }) => !oneOff);
  const names = services?.map((service) => nameOf(service, all, config));
  const chosen = all.filter((one) => names === undefined || names.includes(one.service));
  return { chosen, names };
}

/** A service by the file's name for it, or by the contract's. */
function nameOf(wanted: string, containers: readonly Container[], config: RuntimeContext['config']): string {
  const names = [...new Set(containers.map(({ service }) => service))];
  if (names.includes(wanted) || names.length === 0) return wanted;
  const byRole =
    wanted === 'telemetry'
      ? receiverService
      : serviceNames(config.services).includes(wanted) && composeNameOf(config, wanted);
  if (byRole && names.includes(byRole)) return byRole;
  const near = nearest(wanted, names);
  throw new Fault({
    code: 'unknown-service',
    message: `there is no service \`${wanted}\`${near === undefined ? '' : `; did you mean \`${near}\`?`}`,
    hint: `one of: ${names.join(', ')}`,
    exitCode: ExitCode.usage,
  });
}

interface FutureOptions {
  cli: EngineCli;
  project: string;
  names: readonly string[] | undefined;
  containers: readonly Container[];
  since: string;
  signal: AbortSignal;
}

async function* readFuture(options: FutureOptions): AsyncIterable<LogLine> {
  const { cli, project, names, containers, since, signal } = options;
  const waiting: LogLine[] = [];
  let wake = () => {};
  const streams = new Map<string, { close(): void; pause(): void; resume(): void }>();
  const lastTime = new Map<string, string>();

  const follow = (container: Pick<Container, 'id' | 'service'>) => {
    if (streams.has(container.id)) return;
    const from = lastTime.get(container.id) ?? since;
    const stream = openLog({
      cli,
      container,
      follow: true,
      since: from,
      onLine(line) {
        // `--since` includes the line of that very moment.
        if (line.time <= (lastTime.get(container.id) ?? '')) return;
        lastTime.set(container.id, line.time);
        waiting.push(line);
        if (waiting.length > maxWaiting) for (const one of streams.values()) one.pause();
        wake();
      },
    });
    streams.set(container.id, stream);
    void stream.ended.then(() => streams.delete(container.id));
  };
  const listener = listenToEvents({
    cli,
    project,
    onEvent({ action, containerId, service }) {
      if (action === 'start' && (names === undefined || names.includes(service)))
        follow({ id: containerId, service });
    },
  });
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (const container of containers) follow(container);
    while (!signal.aborted) {
      const line = waiting.shift();
      if (line) {
        yield { service: line.service, text: line.text };
        continue;
      }
      for (const one of streams.values()) one.resume();
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (signal.aborted || waiting.length > 0) resolve();
      });
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    listener.close();
    for (const one of streams.values()) one.close();
  }
}

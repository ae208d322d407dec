import { spawn } from 'node:child_process';
import { tied } from '../../base/tied.ts';
import type { EngineCli } from './cli.ts';
import { type EngineApi, filtersOf } from './engine-api.ts';
import { createLines } from './process.ts';

/** An event of the engine about a container. Podman and Docker name the fields differently. */
export interface ContainerEvent {
  containerId: string;
  service: string;
  /** `create`, `start`, `die`, `oom`, `kill`, `health_status: healthy`, … */
  action: string;
  exitCode?: number;
}

/** One line of `docker events --format '{{json .}}'`; `undefined` for what is no event of a container. */
export function parseEvent(line: string): ContainerEvent | undefined {
  try {
    const event = JSON.parse(line) as Record<string, unknown>;
    const actor = event.Actor as { ID?: string; Attributes?: Record<string, string> } | undefined;
    const attributes = actor?.Attributes ?? (event.Attributes as Record<string, string> | undefined) ?? {};
    const containerId = String(actor?.ID ?? event.id ?? event.ID ?? '');
    const action = String(event.Action ?? event.status ?? event.Status ?? '');
    if (String(event.Type ?? event.type ?? 'container') !== 'container' || !containerId || !action)
      return undefined;
    const exitCode = attributes.exitCode ?? attributes.containerExitCode ?? event.ContainerExitCode;
    return {
      containerId,
      service: attributes['com.docker.compose.service'] ?? '',
      action,
      ...(exitCode !== undefined && { exitCode: Number(exitCode) }),
    };
  } catch {
    return undefined;
  }
}

export interface EventStreamOptions {
  cli: Pick<EngineCli, 'engine' | 'env' | 'api'>;
  project: string;
  onEvent(event: ContainerEvent): void;
}

/** Listens until it is closed. A stream that ends by itself is no failure: a waiting caller also looks from time to time. */
export function listenToEvents({ cli, project, onEvent }: EventStreamOptions): { close(): void } {
  const onLines = createLines((line) => {
    const event = parseEvent(line);
    if (event && !event.action.startsWith('exec_')) onEvent(event);
  });
  const label = `com.docker.compose.project=${project}`;
  return cli.api ? listenByApi(cli.api, label, onLines) : listenByCommandLine(cli, label, onLines);
}

type Sink = (chunk: Buffer) => void;

function listenByApi(api: EngineApi, label: string, onLines: Sink): { close(): void } {
  const cancel = new AbortController();
  const filters = filtersOf({ type: ['container'], label: [label] });
  api.open(`/events?${filters}`, cancel.signal).then(
    (response) => response.on('data', onLines).on('error', () => {}),
    () => {},
  );
  return { close: () => cancel.abort() };
}

function listenByCommandLine(
  { engine, env }: Pick<EngineCli, 'engine' | 'env'>,
  label: string,
  onLines: Sink,
): { close(): void } {
  const filters = ['type=container', `label=${label}`];
  const args = ['events', '--format', '{{json .}}', ...filters.flatMap((filter) => ['--filter', filter])];
  const { file, args: tiedArgs, stop } = tied(engine, args);
  const child = spawn(file, tiedArgs, {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
    windowsHide: true,
  });
  child.on('error', () => undefined);
  child.stdout.on('data', onLines);
  return {
    close() {
      child.stdout.destroy();
      stop(child);
    },
  };
}

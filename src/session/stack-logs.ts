import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ServiceName } from '../check/stack.ts';
import type { Project } from '../config/project.ts';
import type { LogAccess } from '../logs/access.ts';
import { fileLogAccess } from '../logs/file-access.ts';
import { followByReading } from '../logs/follow-by-reading.ts';
import type { ProbeContext } from '../probes/context.ts';
import type { Runtime } from '../runners/runtime.ts';
import { logFile } from '../runners/state.ts';
import { serviceNames } from '../services/index.ts';

/** Where the log of each service can be read: what the runtime keeps, else what the configuration names. */
export function logsOf({ config, root, env }: Project, runtime: Runtime): ProbeContext['logs'] {
  const logs: ProbeContext['logs'] = {};
  for (const service of serviceNames()) {
    const access = logOf(service, { config, root, env, runtime });
    if (access) logs[service] = access;
  }
  return logs;
}

interface LogPlace extends Pick<Project, 'config' | 'root' | 'env'> {
  runtime: Runtime;
}

function logOf(service: ServiceName, { config, root, env, runtime }: LogPlace): LogAccess | undefined {
  if (runtime.name === 'embedded') {
    const file = logFile(root, service);
    return existsSync(file) ? fileLogAccess(file, path.relative(root, file)) : undefined;
  }
  if (runtime.name === 'compose') {
    return {
      source: `docker compose logs ${service}`,
      open: (sinceMs, signal) => runtimeLog(runtime, service, sinceMs, signal),
      follow: () => followByReading((signal) => runtimeLog(runtime, service, undefined, signal)),
    };
  }
  const { log } = config.services[service];
  if (!log) return undefined;
  if ('file' in log) return fileLogAccess(path.resolve(root, log.file), log.file);
  return { source: log.command, open: (_, signal) => commandLog(log.command, root, env, signal) };
}

async function* runtimeLog(
  runtime: Runtime,
  service: string,
  sinceMs?: number,
  signal = new AbortController().signal,
): AsyncIterable<Uint8Array> {
  const lines = runtime.logs({
    service,
    follow: false,
    signal,
    ...(sinceMs === undefined ? {} : { sinceMs }),
  });
  for await (const { text } of lines) yield Buffer.from(`${text}\n`);
}

async function* commandLog(
  command: string,
  cwd: string,
  env: Project['env'],
  signal?: AbortSignal,
): AsyncIterable<Uint8Array> {
  const child = spawn('/bin/sh', ['-c', command], {
    cwd,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const stop = () => child.kill();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    yield* child.stdout;
  } finally {
    signal?.removeEventListener('abort', stop);
    child.kill();
  }
}

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { MigrationsProbe } from '../../check/probes.ts';
import { type ServiceName, type StackInfo, serviceNames } from '../../check/stack.ts';
import type {
  ArtifactSink,
  LogAccess,
  MigrationsAccess,
  ProbeAuth,
  ProbeContext,
  ProbeEndpoints,
  SpanAccess,
} from '../../probes/context.ts';
import { fileLogAccess } from '../../probes/logs/file-access.ts';
import { followByReading } from '../../probes/logs/follow-by-reading.ts';
import { spanFileAccess } from '../../probes/otlp/span-file.ts';
import { readStackKeys } from '../../runtimes/keys.ts';
import type { Endpoints, Runtime } from '../../runtimes/runtime.ts';
import { logFile, migratorPidFile, spansFile } from '../../runtimes/state.ts';
import type { Project } from '../context.ts';

/** The stack under test: what checks see of it, and what probes need beside. */
export interface StackUnderTest {
  stack: StackInfo;
  /** All of a probe's context that is the same for every attempt. */
  base: Omit<ProbeContext, 'signal' | 'remainingMs' | 'clock' | 'control' | 'shared'>;
  runtime: Runtime;
}

/** Puts together what is known of a stack. Rejects with a `Fault` (69) when nothing of it runs. */
export async function describeStack(project: Project, runtime: Runtime): Promise<StackUnderTest> {
  const { config, root } = project;
  const endpoints = await runtime.endpoints();
  if (!endpoints) {
    throw new Fault({
      code: 'no-stack',
      message: `nothing of the ${runtime.name} stack runs`,
      hint: 'meatymusic up',
      exitCode: ExitCode.unavailable,
    });
  }
  project.redact.add(config.auth.token);
  const { applicationUrl, applicationRole } = config.services.database;
  const migrations = migrationsOf(project, runtime, endpoints);
  return {
    stack: stackInfo(project, runtime, endpoints),
    base: {
      stack: stackInfo(project, runtime, endpoints),
      endpoints,
      database: { applicationRole, ...(applicationUrl ? { applicationUrl } : {}) },
      auth: authOf(project, runtime),
      logs: logsOf(project, runtime),
      ...(endpoints.otlpUrl ? { spans: receivedSpans(root) } : {}),
      ...(config.browser.path ? { browser: { path: path.resolve(root, config.browser.path) } } : {}),
      ...(migrations ? { migrations } : {}),
      artifacts: createArtifactSink(path.join(root, '.meatymusic', 'artifacts')),
    },
    runtime,
  };
}

function receivedSpans(root: string): SpanAccess {
  const file = spansFile(root);
  return spanFileAccess(file, path.relative(root, file));
}

/** Files of a run below `folder`, whatever they are called. */
export function createArtifactSink(folder: string): ArtifactSink {
  return {
    async path(name) {
      const file = path.join(folder, ...name.split('/').map(safeName));
      await mkdir(path.dirname(file), { recursive: true });
      return file;
    },
  };
}

function safeName(name: string): string {
  return name.replace(/[^\w.-]+/g, '-').replace(/^\.+/, '');
}

function stackInfo(
  { config: { services }, root }: Project,
  { name }: Runtime,
  endpoints: Endpoints,
): StackInfo {
  const { build } = services.web;
  const database = new URL(endpoints.databaseUrl);
  const cache = new URL(endpoints.cacheUrl);
  const otlpEndpoint = endpoints.otlpUrl ?? services.telemetry.otlpEndpoint;
  return {
    runtime: name,
    api: {
      enabled: services.api.enabled,
      url: withoutUser(endpoints.apiUrl),
      serviceName: services.api.serviceName,
      healthPath: services.api.healthPath,
      readyPath: services.api.readyPath,
    },
    web: {
      enabled: services.web.enabled,
      url: withoutUser(endpoints.webUrl),
      serviceName: services.web.serviceName,
      appName: services.web.appName,
      ...(build ? { build: { command: build.command, cwd: path.resolve(root, build.cwd) } } : {}),
    },
    database: {
      enabled: services.database.enabled,
      host: hostOf(database),
      port: Number(database.port) || 5432,
      name: decodeURIComponent(database.pathname.slice(1)),
      user: decodeURIComponent(database.username),
    },
    cache: { enabled: services.cache.enabled, host: hostOf(cache), port: Number(cache.port) || 6379 },
    telemetry: otlpEndpoint ? { otlpEndpoint } : {},
  };
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function withoutUser(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`.replace(/\/$/, '');
}

/** What the configuration says; for a stack that we started, what `up` gave the API. */
function authOf({ config: { auth }, root, redact }: Project, { name }: Runtime): ProbeAuth {
  const keys = name === 'external' ? undefined : readStackKeys(root);
  const signingKey = auth.signingKeyFile
    ? { pem: readKey(path.resolve(root, auth.signingKeyFile)), ...(auth.keyId ? { keyId: auth.keyId } : {}) }
    : keys && { pem: keys.signingKeyPem, keyId: keys.keyId };
  const issuer = auth.issuer ?? keys?.issuer;
  return {
    ...(auth.token ? { token: auth.token } : {}),
    ...(issuer ? { issuer } : {}),
    ...(auth.audience ? { audience: auth.audience } : {}),
    ...(signingKey ? { signingKey } : {}),
    keepSecret: (signature) => redact.add(signature),
  };
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Fault({
      code: 'no-signing-key',
      message: `auth.signingKeyFile cannot be read: ${file}`,
      exitCode: ExitCode.config,
      cause,
    });
  }
}

function migrationsOf(
  { config, root }: Project,
  runtime: Runtime,
  { databaseUrl }: ProbeEndpoints,
): MigrationsAccess | undefined {
  const { enabled, folder, schema } = config.migrations;
  if (!enabled) return undefined;
  const inFolder = (wanted: string | undefined): MigrationsProbe => {
    const made = async () => {
      const { readOnlyMigrations } = await import('../../migrate/index.ts');
      return readOnlyMigrations({
        url: databaseUrl,
        schema,
        pidFile: migratorPidFile(root, runtime.name),
        folder: wanted,
      });
    };
    return {
      state: async () => (await made()).state(),
      drift: async () => (await made()).drift(),
      secondRun: async () => (await made()).secondRun(),
    };
  };
  return { ...inFolder(folder && path.resolve(root, folder)), inFolder };
}

function logsOf({ config, root, env }: Project, runtime: Runtime): ProbeContext['logs'] {
  const logs: ProbeContext['logs'] = {};
  for (const service of serviceNames) {
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

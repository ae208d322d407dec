import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Absence, type Endpoint, notNamed } from '../../base/endpoint.ts';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { ServiceName } from '../../check/stack.ts';
import { isNamedService } from '../../config/named-services.ts';
import type { LogAccess, LogLine, LogOptions } from '../../logs/access.ts';
import { commandLogAccess } from '../../logs/command-access.ts';
import { fileLogAccess } from '../../logs/file-access.ts';
import { mergedLines } from '../../logs/merged-lines.ts';
import { hostOf } from '../../services/address.ts';
import {
  enabledServices,
  kindOf,
  portOf,
  type Services,
  serviceNames,
  settingsOf,
} from '../../services/index.ts';
import type { RuntimeContext } from '../context.ts';
import type { Endpoints, Runtime, ServiceStatus } from '../runtime.ts';
import { answers } from '../tcp.ts';

/** A stack that meatymusic does not manage: only addresses, from the configuration. */
export function createExternalRuntime(context: RuntimeContext): Runtime {
  const { config, root, env } = context;
  const isNamed = (name: string) => isNamedService(name, context);
  const { services } = config;
  const endpoints: Endpoints = Object.fromEntries(
    serviceNames(services).flatMap((name): [string, Endpoint][] => {
      const { url, enabled } = settingsOf(services, name);
      if (enabled && !isNamed(name)) return [[name, { absent: notNamed(name) }]];
      if (url !== undefined) return [[name, { url }]];
      return enabled && kindOf(services, name).health ? [[name, { absent: noAddress(name) }]] : [];
    }),
  );
  const enabled = enabledServices(services).filter(isNamed);
  return {
    name: 'external',
    isReferenceStack: false,
    async up() {
      throw new Fault({
        code: 'external-stack',
        message: 'the configured stack is external: meatymusic verifies it and does not start it',
        hint: 'meatymusic verify',
        exitCode: ExitCode.usage,
      });
    },
    async down() {
      return [];
    },
    status: () => Promise.all(enabled.map((name) => statusOf(name, services))),
    logs,
    logAccess,
    async endpoints() {
      return endpoints;
    },
  };

  function logAccess(service: ServiceName): LogAccess | undefined {
    const { log } = settingsOf(services, service);
    if (!log) return undefined;
    if ('file' in log) return fileLogAccess(path.resolve(root, log.file), log.file);
    return commandLogAccess(log.command, { cwd: root, env });
  }

  function logs({ services: wanted, ...options }: LogOptions): AsyncIterable<LogLine> {
    const withLog = enabled.filter((name) => settingsOf(services, name).log);
    const sources = (wanted ?? withLog).map((name) => {
      const access = logAccess(name as ServiceName);
      if (!access?.lines) throw noLog(name);
      if (access.file !== undefined && !options.follow && !existsSync(access.file))
        throw noLogFile(name, access);
      return { service: name, access: { lines: access.lines } };
    });
    if (sources.length === 0) throw noLog('<name>');
    return mergedLines(sources, options);
  }
}

function noAddress(service: string): Absence {
  return {
    code: 'no-address',
    reason: `no address of ${service} is configured`,
    hint: `set services.${service}.url`,
  };
}

function noLog(service: string): Fault {
  return new Fault({
    code: 'no-log',
    message:
      service === '<name>'
        ? 'no service of this stack has a log that can be read from here'
        : `the log of ${service} cannot be read from here: meatymusic did not start it, and no log is configured`,
    hint: `set services.${service}.log to { file } or { command }`,
    exitCode: ExitCode.config,
  });
}

function noLogFile(service: string, { source }: LogAccess): Fault {
  return new Fault({
    code: 'no-log-file',
    message: `the log of ${service} does not exist: ${source}`,
    hint: `correct services.${service}.log.file; --follow waits for the file`,
    exitCode: ExitCode.unavailable,
  });
}

async function statusOf(service: ServiceName, services: Services): Promise<ServiceStatus> {
  const address = settingsOf(services, service).url;
  if (address === undefined) {
    const note = 'not managed by meatymusic; it has no address at which it could be asked';
    return { service, role: service, state: 'unknown', health: 'none', addresses: [], note };
  }
  const url = new URL(address);
  const port = portOf(address, kindOf(services, service));
  const reached = await answers({ host: hostOf(url), port, withinMs: 2000 });
  return {
    service,
    role: service,
    state: reached ? 'running' : 'missing',
    health: 'none',
    addresses: [`${url.hostname}:${port}`],
    note: reached
      ? 'not managed by meatymusic; its port answers'
      : 'not managed by meatymusic; nothing is listening',
  };
}

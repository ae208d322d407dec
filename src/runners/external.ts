import { createReadStream, existsSync } from 'node:fs';
import path from 'node:path';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { ServiceName } from '../check/stack.ts';
import { hostOf } from '../services/address.ts';
import { enabledServices, portOf, serviceNames } from '../services/index.ts';
import type { RuntimeContext } from './context.ts';
import type { Endpoints, LogLine, LogOptions, Runtime, ServiceStatus } from './runtime.ts';
import { answers } from './tcp.ts';

/** A stack that somebody else holds: nothing but addresses, from the configuration. */
export function createExternalRuntime({ config, root }: RuntimeContext): Runtime {
  const { services } = config;
  const endpoints: Endpoints = Object.fromEntries(
    serviceNames().map((name) => [name, { url: services[name].url }]),
  );
  const enabled = enabledServices(services);
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
    status: () => Promise.all(enabled.map((name) => statusOf(name, services[name].url))),
    logs: (options) => logLines(options),
    async endpoints() {
      return endpoints;
    },
  };

  async function* logLines({ service, signal }: LogOptions): AsyncIterable<LogLine> {
    const { createInterface } = await import('node:readline');
    for (const name of ['api', 'web'] as const) {
      if (service !== undefined && service !== name) continue;
      const log = services[name].log;
      if (!log || !('file' in log)) continue;
      const file = path.resolve(root, log.file);
      if (!existsSync(file)) continue;
      for await (const text of createInterface({ input: createReadStream(file, { signal }) })) {
        yield { service: name, text };
      }
    }
  }
}

async function statusOf(service: ServiceName, address: string): Promise<ServiceStatus> {
  const url = new URL(address);
  const port = portOf(service, address);
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

import { roleOfKind } from '../check/instance.ts';
import { ProbeError } from '../check/probes.ts';
import { serviceUrl } from '../check/service-url.ts';
import type { AnyServiceInfo, ApiInfo } from '../check/stack.ts';
import type { AskService } from '../engine/silent-services.ts';
import type { ProbeBase } from './undo.ts';
import { withProbe } from './with-probe.ts';

/** Longest time of an answer. Only a service that a check has waited for is asked. */
const limits = { withinMs: 2000, effects: 'none' } as const;

/** Errors of a connection; any other is an answer. */
const withoutAnswer: ReadonlySet<string> = new Set([
  'TIMEOUT',
  'CLOSED',
  'CONNECTION_LOST',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Returns a function that asks a service of the stack for any answer, over a connection of its own. */
export function createAskService(base: ProbeBase): AskService {
  return async (service) => {
    const info = base.stack.services[service];
    const endpoint = base.endpoints[service];
    if (!info || !endpoint || base.stack.absent?.[service]) return undefined;
    try {
      await ask(info, {
        ...base,
        endpoints: { ...base.endpoints, [roleOfKind(info.kind)]: endpoint },
      });
      return undefined;
    } catch (error) {
      return error instanceof ProbeError && withoutAnswer.has(error.code)
        ? { reason: error.message, hint: `meatymusic status; meatymusic logs ${service} --since 5m` }
        : undefined;
    }
  };
}

/** Resolves or rejects with the answer of a service; resolves where its kind has no address. */
async function ask(info: AnyServiceInfo, base: ProbeBase): Promise<void> {
  const { kind, url = '', host = '', port = 0 } = info;
  switch (kind) {
    case 'api': {
      const { healthPath } = info as ApiInfo;
      return withProbe('http', base, limits, (http) =>
        http.request({ url: serviceUrl({ url }, healthPath) }),
      );
    }
    case 'web':
      return withProbe('http', base, limits, (http) => http.request({ url }));
    case 'postgres':
      return withProbe('postgres', base, limits, (postgres) => postgres.query({ sql: 'select 1' }));
    case 'redis':
      return withProbe('redis', base, limits, (redis) => redis.command({ name: 'PING' }));
    case 'tcp':
      return withProbe('tcp', base, limits, (tcp) => tcp.connect({ host, port }));
  }
}

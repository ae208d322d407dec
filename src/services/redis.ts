import { described, integer } from '../base/schema.ts';
import type { CacheInfo } from '../check/stack.ts';
import { hostOf } from './address.ts';
import { hostInfo, infoSchemaOf } from './info-schema.ts';
import { type ContainerFacts, defineServiceKind } from './kind.ts';
import { cacheUrl, setting } from './setting.ts';

const defaultPort = 6379;

export const redis = defineServiceKind({
  name: 'redis',
  about: 'Redis',
  settings: { url: setting(cacheUrl, `redis://localhost:${defaultPort}`, 'Address of Redis') },
  defaultPort,
  health: { kind: 'redis' },
  compose: { service: 'redis', about: 'Name of Redis in the file', ports: [defaultPort], url: containerUrl },
  info: ({ enabled }, { url }): CacheInfo => ({
    kind: 'redis',
    enabled,
    host: hostOf(url),
    port: Number(url.port) || defaultPort,
  }),
  infoSchema: infoSchemaOf('redis', { host: hostInfo, port: described(integer(), 'Port of its address') }),
});

function containerUrl({ host, port, command, env }: ContainerFacts): string {
  const words = command.flatMap((part) => part.split(/\s+/));
  const at = words.indexOf('--requirepass');
  const password = (at >= 0 ? words[at + 1] : undefined) ?? env.REDIS_PASSWORD;
  return `redis://${password ? `:${encodeURIComponent(password)}@` : ''}${host}:${port}`;
}

import { described, integer, v } from '../base/schema.ts';
import type { DatabaseInfo } from '../check/stack.ts';
import { hostOf } from './address.ts';
import { hostInfo, infoSchemaOf } from './info-schema.ts';
import { type ContainerFacts, defineServiceKind } from './kind.ts';
import { databaseUrl, name, setting, unset } from './setting.ts';

const defaultPort = 5432;

export const postgres = defineServiceKind({
  name: 'postgres',
  about: 'PostgreSQL',
  settings: {
    url: setting(
      databaseUrl,
      `postgresql://postgres:postgres@localhost:${defaultPort}/meatymusic`,
      'Connection for migrations and inspection',
    ),
    applicationUrl: unset(databaseUrl, 'Connection of the application, if it has its own'),
    applicationRole: setting(
      name,
      'meatymusic_app',
      'Role of the application, assumed with SET LOCAL ROLE if it has no connection of its own',
    ),
  },
  defaultPort,
  health: { kind: 'postgres' },
  compose: {
    service: 'postgres',
    about: 'Name of the database in the file',
    ports: [defaultPort],
    url: containerUrl,
  },
  info: ({ enabled }, { url }): DatabaseInfo => ({
    kind: 'postgres',
    enabled,
    host: hostOf(url),
    port: Number(url.port) || defaultPort,
    name: decodeURIComponent(url.pathname.slice(1)),
    user: decodeURIComponent(url.username),
  }),
  infoSchema: infoSchemaOf('postgres', {
    host: hostInfo,
    port: described(integer(), 'Port of its address'),
    name: described(v.string(), 'Name of the database'),
    hasDefaultName: described(
      v.optional(v.literal(true)),
      'True if the project has not chosen the name of the database',
    ),
    user: described(v.string(), 'User of its address'),
  }),
});

async function containerUrl(container: ContainerFacts): Promise<string> {
  const { user, password, database } = await databaseCredentials(container);
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
  const { host, port } = container;
  return `postgresql://${encodeURIComponent(user)}${secret}@${host}:${port}/${encodeURIComponent(database)}`;
}

/** Resolves to the credentials as the usual images define them; values that an image does not define are the configured ones. */
async function databaseCredentials({
  env,
  readFile,
  configured,
}: ContainerFacts): Promise<{ user: string; password?: string; database: string }> {
  const value = async (...names: string[]) => {
    for (const name of names) {
      if (env[name]) return env[name];
      const file = env[`${name}_FILE`];
      const text = file && (await readFile(file));
      if (typeof text === 'string') return text.replace(/\r?\n$/, '');
    }
    return undefined;
  };
  const isPostgres = Object.keys(env).some((name) => /^POSTGRES(QL)?_/.test(name));
  const user =
    (await value('POSTGRES_USER', 'POSTGRESQL_USERNAME', 'POSTGRESQL_USER')) ??
    (isPostgres ? 'postgres' : decodeURIComponent(configured.username) || 'postgres');
  const password =
    (await value('POSTGRES_PASSWORD', 'POSTGRESQL_PASSWORD', 'POSTGRESQL_POSTGRES_PASSWORD')) ??
    (isPostgres ? undefined : decodeURIComponent(configured.password) || undefined);
  const database =
    (await value('POSTGRES_DB', 'POSTGRESQL_DATABASE')) ??
    (isPostgres ? user : decodeURIComponent(configured.pathname.slice(1)) || user);
  return { user, database, ...(password !== undefined && { password }) };
}

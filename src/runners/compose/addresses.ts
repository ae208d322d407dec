import { type Endpoint, switchedOff, urlOf } from '../../base/endpoint.ts';
import { publicNamesOf, secretsOfUrl, secretsOfValue } from '../../base/secret-places.ts';
import { type ServiceName, serviceNames } from '../../check/stack.ts';
import type { RuntimeContext } from '../context.ts';
import type { Endpoints } from '../runtime.ts';
import { absenceOfContainer, absenceOfPort } from './absence.ts';
import type { EngineCli } from './cli.ts';
import type { Container } from './containers.ts';
import { receiverUrl } from './receiver.ts';

/** Ports that say what is behind them; the first that a container publishes is taken, else its first of all. */
const usualPorts: Record<ServiceName, number[]> = {
  api: [8000, 8080, 80],
  web: [3000, 80, 8080],
  database: [5432],
  cache: [6379],
};

/** Host and port at which this machine reaches the service. */
export function publishedAddress(
  container: Container,
  role: ServiceName,
  env: Readonly<Record<string, string | undefined>>,
): { host: string; port: number } | undefined {
  const ports = container.published.filter(({ protocol, hostPort }) => protocol === 'tcp' && hostPort > 0);
  const ipv4First = [...ports].sort(
    (a, b) => Number(a.hostIp.includes(':')) - Number(b.hostIp.includes(':')),
  );
  const usual = usualPorts[role].map((target) => ipv4First.find((port) => port.target === target));
  const chosen = usual.find((port) => port !== undefined) ?? ipv4First[0];
  if (!chosen) return undefined;
  const everywhere = ['', '0.0.0.0', '::'].includes(chosen.hostIp);
  const host = everywhere ? (engineHost(env) ?? '127.0.0.1') : chosen.hostIp;
  return { host: host.includes(':') ? `[${host}]` : host, port: chosen.hostPort };
}

/** `DOCKER_HOST=tcp://build-box:2376` publishes there. */
function engineHost(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const host = env.DOCKER_HOST ?? '';
  return URL.canParse(host) && !host.startsWith('unix:') ? new URL(host).hostname || undefined : undefined;
}

/**
 * Addresses and credentials as the running containers have them. A service whose container does not run has none: its
 * usual port may be in use by a server that is not part of the stack. `undefined` when there is no container at all.
 */
export async function readEndpoints(
  { config, env, redact }: RuntimeContext,
  cli: EngineCli,
  containers: readonly Container[],
): Promise<Endpoints | undefined> {
  const { services, compose } = config;
  for (const { env: variables } of containers) {
    for (const [name, value] of Object.entries(variables)) {
      redact.add(...secretsOfValue(name, value));
      redact.allow(...publicNamesOf(name, value));
    }
  }
  const containersOf = (role: ServiceName) =>
    containers.filter(({ service, oneOff }) => service === compose.services[role] && !oneOff);
  const endpointOf = async (role: ServiceName): Promise<Endpoint> => {
    if (!services[role].enabled) return { absent: switchedOff(role) };
    const service = compose.services[role];
    const found = containersOf(role);
    const container = found.find(({ status }) => status === 'running');
    if (!container) return { absent: absenceOfContainer(service, role, found[0]) };
    const address = publishedAddress(container, role, env);
    if (!address) return { absent: absenceOfPort(service, role, container, usualPorts[role][0] ?? 0) };
    return { url: await addressOf(role, address, services[role].url, container, cli) };
  };
  if (!serviceNames.some((role) => services[role].enabled && containersOf(role).length > 0)) return undefined;
  const entries = serviceNames.map(async (role) => [role, await endpointOf(role)] as const);
  const endpoints = Object.fromEntries(await Promise.all(entries)) as Endpoints;
  const receiver = receiverUrl(containers);
  if (receiver) endpoints.telemetry = { url: receiver };
  for (const endpoint of Object.values(endpoints)) {
    const url = urlOf(endpoint);
    if (url === undefined) continue;
    redact.add(...secretsOfUrl(url));
    redact.allow(...publicNamesOf('', url));
  }
  return endpoints;
}

async function addressOf(
  role: ServiceName,
  { host, port }: { host: string; port: number },
  configured: string,
  container: Container,
  cli: EngineCli,
): Promise<string> {
  if (role === 'api' || role === 'web') {
    const { protocol, pathname } = new URL(configured);
    return `${protocol}//${host}:${port}${pathname === '/' ? '' : pathname}`;
  }
  if (role === 'cache') {
    const password = cachePassword(container);
    return `redis://${password ? `:${encodeURIComponent(password)}@` : ''}${host}:${port}`;
  }
  const { user, password, database } = await databaseCredentials(container, cli, configured);
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
  return `postgresql://${encodeURIComponent(user)}${secret}@${host}:${port}/${encodeURIComponent(database)}`;
}

/** As the usual images take them; what an image does not say comes from the configured address. */
export async function databaseCredentials(
  { id, env }: Pick<Container, 'id' | 'env'>,
  cli: Pick<EngineCli, 'call'>,
  configured: string,
): Promise<{ user: string; password?: string; database: string }> {
  const url = new URL(configured);
  const value = async (...names: string[]) => {
    for (const name of names) {
      if (env[name]) return env[name];
      const file = env[`${name}_FILE`];
      if (!file) continue;
      const output = await cli.call(['exec', id, 'cat', file]);
      if (output.exitCode === 0) return output.stdout.replace(/\r?\n$/, '');
    }
    return undefined;
  };
  const isPostgres = Object.keys(env).some((name) => /^POSTGRES(QL)?_/.test(name));
  const user =
    (await value('POSTGRES_USER', 'POSTGRESQL_USERNAME', 'POSTGRESQL_USER')) ??
    (isPostgres ? 'postgres' : decodeURIComponent(url.username) || 'postgres');
  const password =
    (await value('POSTGRES_PASSWORD', 'POSTGRESQL_PASSWORD', 'POSTGRESQL_POSTGRES_PASSWORD')) ??
    (isPostgres ? undefined : decodeURIComponent(url.password) || undefined);
  const database =
    (await value('POSTGRES_DB', 'POSTGRESQL_DATABASE')) ??
    (isPostgres ? user : decodeURIComponent(url.pathname.slice(1)) || user);
  return { user, database, ...(password !== undefined && { password }) };
}

function cachePassword({ command, env }: Container): string | undefined {
  const words = command.flatMap((part) => part.split(/\s+/));
  const at = words.indexOf('--requirepass');
  return (at >= 0 ? words[at + 1] : undefined) ?? env.REDIS_PASSWORD ?? undefined;
}

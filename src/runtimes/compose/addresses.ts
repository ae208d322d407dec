import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { publicNamesOf, secretsOfUrl, secretsOfValue } from '../../base/secret-places.ts';
import { type ServiceName, serviceNames } from '../../check/stack.ts';
import type { RuntimeContext } from '../context.ts';
import type { Endpoints } from '../runtime.ts';
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

/** Addresses and credentials as the running containers have them; `undefined` when none of the stack's services runs. */
export async function readEndpoints(
  { config, env, redact }: RuntimeContext,
  cli: EngineCli,
  containers: readonly Container[],
): Promise<Endpoints | undefined> {
  const { services, compose } = config;
  const endpoints: Endpoints = {
    apiUrl: services.api.url,
    webUrl: services.web.url,
    databaseUrl: services.database.url,
    cacheUrl: services.cache.url,
  };
  for (const { env: variables } of containers) {
    for (const [name, value] of Object.entries(variables)) {
      redact.add(...secretsOfValue(name, value));
      redact.allow(...publicNamesOf(name, value));
    }
  }
  let found = 0;
  for (const role of serviceNames) {
    if (!services[role].enabled) continue;
    const name = compose.services[role];
    const container = containers.find(
      (one) => one.service === name && one.status === 'running' && !one.oneOff,
    );
    if (!container) continue;
    found++;
    const address = publishedAddress(container, role, env);
    if (!address) throw notPublished(name, role);
    endpoints[`${role}Url`] = await urlOf(role, address, endpoints[`${role}Url`], container, cli);
  }
  if (found === 0) return undefined;
  const otlpUrl = receiverUrl(containers);
  if (otlpUrl) endpoints.otlpUrl = otlpUrl;
  for (const url of [endpoints.databaseUrl, endpoints.cacheUrl]) {
    redact.add(...secretsOfUrl(url));
    redact.allow(...publicNamesOf('', url));
  }
  return endpoints;
}

async function urlOf(
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

function notPublished(service: string, role: ServiceName): Fault {
  return new Fault({
    code: 'port-not-published',
    message: `the service ${service} runs, but publishes no port: it cannot be reached from here`,
    hint: `publish one in the compose file (ports: ["127.0.0.1:${usualPorts[role][0]}:${usualPorts[role][0]}"]), or switch it off: services.${role}.enabled: false`,
    exitCode: ExitCode.config,
  });
}

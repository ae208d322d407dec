import { type Endpoint, switchedOff, urlOf } from '../../base/endpoint.ts';
import { publicNamesOf, secretsOfUrl, secretsOfValue } from '../../base/secret-places.ts';
import type { ServiceName } from '../../check/stack.ts';
import { enabledServices, kindOf, serviceNames } from '../../services/index.ts';
import type { RuntimeContext } from '../context.ts';
import type { Endpoints } from '../runtime.ts';
import { absenceOfContainer, absenceOfPort } from './absence.ts';
import type { EngineCli } from './cli.ts';
import type { Container } from './containers.ts';
import { receiverUrl } from './receiver.ts';

/** Host and port at which this machine reaches the service: by its usual port, else by the first one that is published. */
export function publishedAddress(
  container: Container,
  role: ServiceName,
  env: Readonly<Record<string, string | undefined>>,
): { host: string; port: number } | undefined {
  const ports = container.published.filter(({ protocol, hostPort }) => protocol === 'tcp' && hostPort > 0);
  const ipv4First = [...ports].sort(
    (a, b) => Number(a.hostIp.includes(':')) - Number(b.hostIp.includes(':')),
  );
  const usual = kindOf(role).compose.ports.map((target) => ipv4First.find((port) => port.target === target));
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
    if (!address) return { absent: absenceOfPort(service, role, container, kindOf(role).compose.ports[0]) };
    return { url: await urlOfContainer(role, address, services[role].url, container, cli) };
  };
  if (!enabledServices(services).some((role) => containersOf(role).length > 0)) return undefined;
  const entries = serviceNames().map(async (role) => [role, await endpointOf(role)] as const);
  const endpoints: Endpoints = Object.fromEntries(await Promise.all(entries));
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

async function urlOfContainer(
  role: ServiceName,
  { host, port }: { host: string; port: number },
  configured: string,
  { id, env, command }: Container,
  cli: EngineCli,
): Promise<string> {
  const readFile = async (file: string) => {
    const { exitCode, stdout } = await cli.call(['exec', id, 'cat', file]);
    return exitCode === 0 ? stdout : undefined;
  };
  return kindOf(role).compose.url({ host, port, configured: new URL(configured), env, command, readFile });
}

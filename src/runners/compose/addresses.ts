import { type Endpoint, switchedOff, urlOf } from '../../base/endpoint.ts';
import { publicNamesOf, secretsOfUrl, secretsOfValue } from '../../base/secret-places.ts';
import type { ServiceName } from '../../check/stack.ts';
import {
  composeNameOf,
  kindOf,
  serviceNames,
  servicesStartedBy,
  settingsOf,
  urlTemplate,
} from '../../services/index.ts';
import type { ServiceKind } from '../../services/kind.ts';
import type { RuntimeContext } from '../context.ts';
import type { Endpoints } from '../runtime.ts';
import { absenceOfContainer, absenceOfPort } from './absence.ts';
import type { EngineCli } from './cli.ts';
import type { Container } from './containers.ts';
import { receiverUrl } from './receiver.ts';

/** Host and port at which this machine reaches the service: by its usual port, else by the first one that is published. */
export function publishedAddress(
  container: Container,
  { compose: { ports: usualPorts } }: ServiceKind,
  env: Readonly<Record<string, string | undefined>>,
): { host: string; port: number } | undefined {
  const ports = container.published.filter(({ protocol, hostPort }) => protocol === 'tcp' && hostPort > 0);
  const ipv4First = [...ports].sort(
    (a, b) => Number(a.hostIp.includes(':')) - Number(b.hostIp.includes(':')),
  );
  const usual = usualPorts.map((target) => ipv4First.find((port) => port.target === target));
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
  const { services } = config;
  for (const { env: variables } of containers) {
    for (const [name, value] of Object.entries(variables)) {
      redact.add(...secretsOfValue(name, value));
      redact.allow(...publicNamesOf(name, value));
    }
  }
  const containersOf = (role: ServiceName) =>
    containers.filter(({ service, oneOff }) => service === composeNameOf(config, role) && !oneOff);
  /** `undefined`: it runs and has no address, as its kind has none. */
  const endpointOf = async (role: ServiceName): Promise<Endpoint | undefined> => {
    if (!settingsOf(services, role).enabled) return { absent: switchedOff(role) };
    const kind = kindOf(services, role);
    const service = composeNameOf(config, role);
    const found = containersOf(role);
    const container = found.find(({ status }) => status === 'running');
    if (!container) return { absent: absenceOfContainer(service, role, found[0]) };
    if (!kind.health) return undefined;
    const address = publishedAddress(container, kind, env);
    if (!address) return { absent: absenceOfPort(service, role, container, kind.compose.ports[0]) };
    return { url: await urlOfContainer(kind, address, urlTemplate(services, role), container, cli) };
  };
  const own = servicesStartedBy(services, 'compose');
  if (!own.some((role) => containersOf(role).length > 0)) return undefined;
  const roles = serviceNames(services).filter(
    (role) => !settingsOf(services, role).enabled || own.includes(role),
  );
  const endpoints: Endpoints = {};
  for (const [role, endpoint] of await Promise.all(
    roles.map(async (each) => [each, await endpointOf(each)] as const),
  ))
    if (endpoint) endpoints[role] = endpoint;
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
  { compose }: ServiceKind,
  { host, port }: { host: string; port: number },
  configured: URL,
  { id, env, command }: Container,
  cli: EngineCli,
): Promise<string> {
  const readFile = async (file: string) => {
    const { exitCode, stdout } = await cli.call(['exec', id, 'cat', file]);
    return exitCode === 0 ? stdout : undefined;
  };
  return compose.url({ host, port, configured, env, command, readFile });
}

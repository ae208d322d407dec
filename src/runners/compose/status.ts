import type { ServiceName } from '../../check/stack.ts';
import { composeNameOf, servicesStartedBy } from '../../services/index.ts';
import type { RuntimeContext } from '../context.ts';
import type { ServiceState, ServiceStatus } from '../runtime.ts';
import type { Container } from './containers.ts';
import { explainExit } from './judge.ts';
import { receiverService } from './receiver.ts';

/** One line for each container, those of the contract first; a service of the contract without a container is `missing`. */
export function statusOf(
  containers: readonly Container[],
  { config }: Pick<RuntimeContext, 'config'>,
  memory: ReadonlyMap<string, number> = new Map(),
): ServiceStatus[] {
  const roles = new Map<string, ServiceName>(
    servicesStartedBy(config.services, 'compose').map((role) => [composeNameOf(config, role), role]),
  );
  const roleOf = (service: string) => (service === receiverService ? 'telemetry' : roles.get(service));
  const services = containers.filter(({ oneOff }) => !oneOff);
  const present = new Set(services.map(({ service }) => service));
  const missing: ServiceStatus[] = [...roles]
    .filter(([name]) => !present.has(name))
    .map(([service, role]) => ({ service, role, state: 'missing', addresses: [] }));
  const order = [...roles.keys()];
  const rank = ({ service }: { service: string }) => order.indexOf(service) + 1 || order.length + 1;
  const shown = services.map((container) => {
    const memoryBytes = memory.get(container.id);
    return {
      ...toStatus(container, roleOf(container.service)),
      ...(memoryBytes !== undefined && { memoryBytes }),
    };
  });
  return [...shown, ...missing].sort((a, b) => rank(a) - rank(b));
}

function toStatus(container: Container, role: ServiceStatus['role']): ServiceStatus {
  const { service, status, health, exitCode, startedAtMs, restarts, image, published, name } = container;
  const runs = status === 'running';
  return {
    service,
    ...(role && { role }),
    state: stateOf(container),
    health,
    addresses: [
      ...new Set(
        published
          .filter(({ hostPort }) => hostPort > 0)
          .map(({ hostIp, hostPort }) => `${hostIp || '0.0.0.0'}:${hostPort}`),
      ),
    ],
    ...(startedAtMs > 0 && { startedAtMs }),
    restarts,
    ...(!runs && status !== 'created' && { exitCode }),
    image,
    note: runs
      ? `container ${name}`
      : `container ${name} ${status === 'exited' ? explainExit(exitCode) : `is ${status}`}`,
  };
}

function stateOf({ status, health }: Container): ServiceState {
  if (status === 'created' || status === 'restarting') return 'starting';
  if (status !== 'running') return 'exited';
  if (health === 'unhealthy') return 'unhealthy';
  return health === 'starting' ? 'starting' : 'running';
}

import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { ServiceName } from '../../check/stack.ts';
import type { Config } from '../../config/schema.ts';
import { enabledServices, settingsOf } from '../../services/index.ts';
import { dependenciesFor } from '../process/commands.ts';
import { inStartOrder } from '../process/order.ts';
import type { Way } from './ways.ts';

/** Kinds in the order in which services start that depend on nothing. */
const kindOrder = ['postgres', 'redis', 'tcp', 'process', 'api', 'web'];

/** Returns the names of the enabled services in the order of their start. */
export function orderOf(config: Config): ServiceName[] {
  const rank = (name: ServiceName) => {
    const at = kindOrder.indexOf(settingsOf(config.services, name).kind);
    return at < 0 ? kindOrder.length : at;
  };
  const names = [...enabledServices(config.services)].sort((a, b) => rank(a) - rank(b));
  return inStartOrder(names.map((name) => ({ name, dependsOn: dependenciesFor(config, name) }))).map(
    ({ name }) => name,
  );
}

/** Containers are started first. Throws a `Fault` (78) for one that depends on a process. */
export function refuseLateContainers({ services }: Config, ways: ReadonlyMap<ServiceName, Way>): void {
  for (const [name, way] of ways) {
    const process =
      way === 'compose' &&
      settingsOf(services, name).dependsOn.find((each) =>
        ['command', 'embedded'].includes(ways.get(each) ?? ''),
      );
    if (!process) continue;
    throw new Fault({
      code: 'container-after-process',
      message: `services.${name} is a container and depends on ${process}, which is a process: containers are started first`,
      hint: `remove ${process} from services.${name}.dependsOn, or start ${name} by a command`,
      exitCode: ExitCode.config,
    });
  }
}

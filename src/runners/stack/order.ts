import type { ServiceName } from '../../check/stack.ts';
import type { Config } from '../../config/schema.ts';
import { enabledServices, settingsOf } from '../../services/index.ts';
import { dependenciesFor } from '../process/commands.ts';
import { inStartOrder } from '../process/order.ts';

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

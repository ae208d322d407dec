import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { ServicePlan } from './plan.ts';

type Ordered = Pick<ServicePlan, 'name' | 'dependsOn'>;

/** Returns the services so that each comes after those that it depends on. Throws a `Fault` (78) for a cycle. */
export function inStartOrder<T extends Ordered>(services: readonly T[]): T[] {
  const ordered = new Map<string, T>();
  const visit = (service: T, path: readonly string[]) => {
    if (ordered.has(service.name)) return;
    if (path.includes(service.name)) throw cycle([...path.slice(path.indexOf(service.name)), service.name]);
    for (const each of dependenciesOf(service, services)) visit(each, [...path, service.name]);
    ordered.set(service.name, service);
  };
  for (const service of services) visit(service, []);
  return [...ordered.values()];
}

/** Returns those of the services that this one depends on. */
export function dependenciesOf<T extends Ordered>({ dependsOn }: Ordered, services: readonly T[]): T[] {
  return services.filter(({ name }) => dependsOn.some(({ service }) => service === name));
}

/** Returns those of the services that depend on this one. */
export function dependentsOf<T extends Ordered>({ name }: Ordered, services: readonly T[]): T[] {
  return services.filter(({ dependsOn }) => dependsOn.some(({ service }) => service === name));
}

function cycle(names: readonly string[]): Fault {
  return new Fault({
    code: 'dependency-cycle',
    message: `services depend on each other in a circle: ${names.join(' → ')}`,
    hint: `remove one of these from dependsOn: services.${names[0]}.dependsOn`,
    exitCode: ExitCode.config,
  });
}

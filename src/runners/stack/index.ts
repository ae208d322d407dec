import type { Endpoint } from '../../base/endpoint.ts';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { ServiceName } from '../../check/stack.ts';
import { enabledServices, isStandard } from '../../services/index.ts';
import type { RuntimeContext } from '../context.ts';
import type { Endpoints, Runtime, RuntimeName, ServiceStatus, UpOptions } from '../runtime.ts';
import { readState } from '../state.ts';
import { mergedLogs } from './logs.ts';
import { orderOf, refuseLateContainers } from './order.ts';
import { type Way, waysOf, withOnly } from './ways.ts';

/** The services of a stack that are run in the same way, or by the same supervisor. */
export interface Part {
  runtime: Runtime;
  services: ReadonlySet<ServiceName>;
}

const managedWays = ['compose', 'embedded', 'command'] as const;

/**
 * Resolves to the stack of the configuration. `defaultWay` is the runtime of services that do not say how they are started.
 * A stack whose services are all run in one way is that way's runtime; another one has parts.
 */
export async function createStack(context: RuntimeContext, defaultWay: RuntimeName): Promise<Runtime> {
  const ways = waysOf(context.config, defaultWay);
  const state = readState(context.root);
  const used = new Set<Way>(ways.values());
  const managed = managedWays.filter((way) => used.has(way));
  const isSupervised = used.has('embedded') || used.has('command') || state.supervisor !== undefined;
  const isComposed = used.has('compose') || state.compose !== undefined;
  const name = nameOf(managed, defaultWay);
  const isReferenceStack = !isComposed && isReference(ways);
  const hasReferenceApi = ways.get('api') === 'embedded';
  const supervised = async () =>
    (await import('./supervised.ts')).createSupervisedPart(context, ways, {
      name,
      defaultWay,
      isReferenceStack,
    });
  if (isSupervised && !isComposed && !used.has('external'))
    return { ...(await supervised()), defaultWay, hasReferenceApi };
  if (isComposed && !isSupervised && !used.has('external') && defaultWay === 'compose')
    return compose(context);
  if (!isSupervised && !isComposed) return external(context);

  const namesOf = (...wanted: Way[]) =>
    new Set([...ways].filter(([, way]) => wanted.includes(way)).map(([service]) => service));
  const parts: Part[] = [];
  const add = (runtime: Runtime, services: ReadonlySet<ServiceName>) => parts.push({ runtime, services });
  if (used.has('external')) {
    const services = namesOf('external');
    add(await external({ ...context, config: withOnly(context.config, services) }), services);
  }
  if (isComposed) {
    const services = namesOf('compose');
    const config = { ...withOnly(context.config, services), runtime: 'compose' as const };
    const runtime = await compose({ ...context, config, composeOnly: services, defaultWay });
    add(state.compose ? runtime : { ...runtime, down: whereEngineAnswers(context, runtime) }, services);
  }
  if (isSupervised) add(await supervised(), new Set([...namesOf('embedded', 'command'), 'telemetry']));
  return mixed(parts, {
    name,
    defaultWay,
    isReferenceStack,
    hasReferenceApi,
    order: orderOf(context.config),
    enabled: enabledServices(context.config.services),
    validate: () => refuseLateContainers(context.config, ways),
  });
}

/** Every service of the contract is embedded: then its database is ours to migrate. */
function isReference(ways: ReadonlyMap<ServiceName, Way>): boolean {
  const standard = [...ways].filter(([name]) => isStandard(name));
  return standard.length > 0 && standard.every(([, way]) => way === 'embedded');
}

function nameOf(managed: readonly Way[], defaultWay: RuntimeName): RuntimeName {
  const [first] = managed;
  if (managed.length > 1) return 'mixed';
  return first === 'command' ? 'process' : (first ?? defaultWay);
}

async function compose(context: RuntimeContext): Promise<Runtime> {
  return (await import('../compose/index.ts')).createComposeRuntime(context);
}

/** Without an engine, and without a record of containers, there is nothing to stop. */
function whereEngineAnswers(context: RuntimeContext, { down }: Runtime): Runtime['down'] {
  return async (options) => {
    const { dockerAnswers } = await import('../compose/index.ts');
    return (await dockerAnswers(context)).available ? down(options) : [];
  };
}

async function external(context: RuntimeContext): Promise<Runtime> {
  return (await import('../external/index.ts')).createExternalRuntime(context);
}

interface StackFacts
  extends Pick<Runtime, 'name' | 'isReferenceStack'>,
    Required<Pick<Runtime, 'defaultWay' | 'hasReferenceApi'>> {
  /** Names of the services in the order of their start. */
  order: readonly ServiceName[];
  enabled: readonly ServiceName[];
  /** Throws a `Fault` if the stack cannot be started in this order. */
  validate(): void;
}

/** A stack of several parts, in the order of their start. */
function mixed(parts: readonly Part[], { order, enabled, validate, ...facts }: StackFacts): Runtime {
  const managed = parts.filter(({ runtime }) => runtime.control);
  const partOf = (service: ServiceName) => parts.find(({ services }) => services.has(service));

  async function up(options: UpOptions): Promise<Endpoints> {
    validate();
    const undo: (() => Promise<void>)[] = [];
    let endpoints: Endpoints = {};
    try {
      for (const { runtime, services } of parts) {
        const found = runtime.control
          ? await runtime.up({ ...options, others: endpoints, onMade: (each) => undo.push(each) })
          : ((await runtime.endpoints()) ?? {});
        endpoints = { ...endpoints, ...only(found, services) };
      }
      return endpoints;
    } catch (error) {
      for (const each of undo.reverse()) await each();
      throw error;
    }
  }

  function controlOf(service: ServiceName) {
    const control = partOf(service)?.runtime.control;
    if (control) return control;
    throw new Fault({
      code: 'service-missing',
      message: `${service} was not started by meatymusic`,
      hint: `services.${service}.start starts it`,
      exitCode: ExitCode.unavailable,
    });
  }

  return {
    ...facts,
    up,
    async down(options) {
      const stopped: string[] = [];
      for (const { runtime } of [...managed].reverse()) stopped.push(...(await runtime.down(options)));
      return stopped;
    },
    async status(options) {
      const found = await Promise.all(
        parts.map(async ({ runtime, services }) => shown(await runtime.status(options), services)),
      );
      return inOrder(found.flat(), order);
    },
    logs: ({ services: wanted, ...options }) =>
      mergedLogs(parts, wanted ?? enabled.filter((each) => partOf(each)?.runtime.logAccess(each)), options),
    logAccess: (service) => partOf(service)?.runtime.logAccess(service),
    async endpoints() {
      const found = await Promise.all(
        parts.map(async (part) => ({ part, endpoints: await part.runtime.endpoints() })),
      );
      if (!found.some(({ part, endpoints }) => part.runtime.control && endpoints)) return undefined;
      const entries = found.flatMap(({ part, endpoints }) =>
        Object.entries(endpoints ? only(endpoints, part.services) : absent(part.services)),
      );
      return Object.fromEntries(entries);
    },
    control: {
      controls: (service) => partOf(service)?.runtime.control !== undefined,
      refusal: async (service, signal) => controlOf(service).refusal?.(service, signal),
      stop: async (service, signal) => controlOf(service).stop(service, signal),
      start: async (service, signal) => controlOf(service).start(service, signal),
      restart: async (service, environment, signal) =>
        controlOf(service).restart(service, environment, signal),
    },
  };
}

function only(endpoints: Endpoints, services: ReadonlySet<ServiceName>): Endpoints {
  return Object.fromEntries(Object.entries(endpoints).filter(([name]) => services.has(name)));
}

function absent(services: ReadonlySet<ServiceName>): Endpoints {
  const entries = [...services]
    .filter((name) => name !== 'telemetry')
    .map((name): [string, Endpoint] => [
      name,
      { absent: { code: 'not-running', reason: `${name} does not run`, hint: '`meatymusic up` starts it' } },
    ]);
  return Object.fromEntries(entries);
}

/** What a part runs beside its services is shown as well, unless it is missing. */
function shown(found: readonly ServiceStatus[], services: ReadonlySet<ServiceName>): ServiceStatus[] {
  return found.filter(({ role, service, state }) => services.has(role ?? service) || state !== 'missing');
}

function inOrder(found: readonly ServiceStatus[], order: readonly ServiceName[]): ServiceStatus[] {
  const rank = ({ role, service }: ServiceStatus) => {
    const at = order.indexOf(role ?? service);
    return at < 0 ? -1 : at;
  };
  return [...found].sort((a, b) => rank(a) - rank(b));
}

import path from 'node:path';
import type { ServiceName } from '../../check/stack.ts';
import { enabledServices, kindOf, settingsOf } from '../../services/index.ts';
import type { RuntimeContext } from '../context.ts';
import { inheritedEnvironment, planEmbedded } from '../embedded/plan.ts';
import { receiverWish } from '../embedded/receiver.ts';
import { learnCommandSecrets } from '../process/command-environment.ts';
import { dependenciesFor, planCommands } from '../process/commands.ts';
import { createSupervisedRuntime, liveState } from '../process/index.ts';
import type { Dependency, ServicePlan, SupervisorPlan } from '../process/plan.ts';
import type { Runtime, RuntimeName } from '../runtime.ts';
import { emptySpans } from '../state.ts';
import { orderOf } from './order.ts';
import type { Way } from './ways.ts';

const runsWithout = 'the stack runs without a receiver of spans: meatymusic down, then up --otlp';
const embeddedStopMs = 4000;

/** Services that run as processes of this machine: those that the package brings, and those that are started by a command. */
export function createSupervisedPart(
  context: RuntimeContext,
  ways: ReadonlyMap<ServiceName, Way>,
  {
    name,
    defaultWay,
    isReferenceStack,
  }: { name: RuntimeName; defaultWay: RuntimeName; isReferenceStack: boolean },
): Runtime {
  const { config, root } = context;
  const { services } = config;
  const run = (way: Way) => [...ways].filter(([, each]) => each === way).map(([service]) => service);
  const [embedded, commands] = [run('embedded'), run('command')];
  const wish = receiverWish(services.telemetry);
  for (const each of commands) {
    const { start } = settingsOf(services, each);
    if (start && 'command' in start) learnCommandSecrets(start, path.resolve(root, start.cwd));
  }

  async function plan(urls: Record<string, string>): Promise<SupervisorPlan> {
    const addressed = new Set([
      ...embedded,
      ...commands.filter((each) => kindOf(services, each).health),
      ...Object.keys(urls),
    ]);
    const running = liveState(root);
    const own = await planEmbedded(context, embedded, {
      addressed,
      hasReceiver: running?.ports.telemetry !== undefined,
    });
    const hasReceiver = own.services.some((service) => service.name === 'telemetry');
    if (hasReceiver) addressed.add('telemetry');
    const managed = new Set([
      ...[...ways].filter(([, way]) => way !== 'external').map(([service]) => service as string),
      ...(hasReceiver ? ['telemetry'] : []),
    ]);
    const plans = inOrder([...own.services, ...planCommands({ ...context, addressed, managed }, commands)]);
    return {
      root,
      runtime: defaultWay,
      services: plans.map((service) => withDependencies(service, plans)),
      urls,
      notices: own.notices,
    };
  }

  function inOrder(plans: ServicePlan[]): ServicePlan[] {
    const order = orderOf(config);
    return plans.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  }

  /** The configured dependencies of an embedded service, and none on services that others run: those are up before. */
  function withDependencies(service: ServicePlan, plans: readonly ServicePlan[]): ServicePlan {
    const isConfigured = enabledServices(services).includes(service.name);
    const configured: Dependency[] =
      isConfigured && settingsOf(services, service.name).dependsOn.length > 0
        ? dependenciesFor(config, service.name)
        : [];
    const all = [...configured, ...service.dependsOn].filter(
      (each, index, list) =>
        plans.some((other) => other.name === each.service) &&
        list.findIndex((one) => one.service === each.service) === index,
    );
    return { ...service, dependsOn: all };
  }

  return createSupervisedRuntime({
    root,
    name,
    isReferenceStack,
    environment: inheritedEnvironment(context.env),
    plan,
    prepare: ({ services: planned }) =>
      emptySpans(root, { willReceive: planned.some((each) => each.name === 'telemetry') }),
    noticeOf: ({ ports }) => (wish?.asked && ports.telemetry === undefined ? runsWithout : undefined),
    services: () => [...(wish?.asked ? ['telemetry'] : []), ...embedded, ...commands],
    stopMs:
      embeddedStopMs +
      commands.reduce((sum, each) => {
        const { start } = settingsOf(services, each);
        return sum + (start && 'command' in start ? start.stop.grace : 0);
      }, 0),
  });
}

import type { ServiceName } from '../../check/stack.ts';
import type { Config } from '../../config/schema.ts';
import { enabledServices, isStandard, settingsOf } from '../../services/index.ts';
import type { RuntimeName } from '../runtime.ts';

/** How a service is run. */
export type Way = 'compose' | 'command' | 'embedded' | 'external';

/** Returns how each enabled service is run: as its `start` says, else as the stack does it by default. */
export function waysOf({ services }: Config, defaultWay: RuntimeName): Map<ServiceName, Way> {
  return new Map(
    enabledServices(services).map((name) => {
      const { start } = settingsOf(services, name);
      if (!start) return [name, usualWay(name, defaultWay)] as const;
      return [name, 'compose' in start ? 'compose' : 'command' in start ? 'command' : 'embedded'] as const;
    }),
  );
}

/** The embedded stack has the contract's services alone. */
function usualWay(name: ServiceName, defaultWay: RuntimeName): Way {
  if (defaultWay === 'compose') return 'compose';
  return defaultWay === 'embedded' && isStandard(name) ? 'embedded' : 'external';
}

/** Returns true if a service says how it is started. */
export function hasStart({ services }: Config): boolean {
  return enabledServices(services).some((name) => settingsOf(services, name).start !== undefined);
}

/** Returns the configuration with only these services enabled, and without a receiver of spans. */
export function withOnly(config: Config, names: ReadonlySet<ServiceName>): Config {
  const { telemetry, ...services } = config.services;
  const entries = Object.entries(services).map(([name, settings]) => [
    name,
    { ...settings, enabled: settings.enabled && names.has(name) },
  ]);
  const receiver = { ...telemetry.receiver, enabled: false };
  return {
    ...config,
    services: { ...Object.fromEntries(entries), telemetry: { ...telemetry, receiver } },
  } as Config;
}

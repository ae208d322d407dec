import { notNamed } from '../base/endpoint.ts';
import { isNamedService } from '../config/named-services.ts';
import { enabledServices } from '../services/index.ts';
import type { RuntimeContext } from './context.ts';
import type { Runner } from './runner.ts';
import type { Endpoints, Runtime, UpOptions } from './runtime.ts';

/** Returns the runner of a plugin, whose stack has the services that the configuration names or the runner reports, and no others. */
export function ofPlugin(runner: Runner): Runner {
  return { ...runner, create: async (context) => withoutUnnamed(await runner.create(context), context) };
}

function withoutUnnamed(runtime: Runtime, context: RuntimeContext): Runtime {
  const unnamed = enabledServices(context.config.services).filter((name) => !isNamedService(name, context));
  const absent: Endpoints = Object.fromEntries(unnamed.map((name) => [name, { absent: notNamed(name) }]));
  const replaced: Pick<Runtime, 'up' | 'endpoints'> = {
    up: async (options: UpOptions) => ({ ...absent, ...(await runtime.up(options)) }),
    async endpoints() {
      const endpoints = await runtime.endpoints();
      return endpoints && { ...absent, ...endpoints };
    },
  };
  // A runtime may be an instance of a class with private fields, so its own functions keep their `this`.
  return new Proxy(runtime, {
    get(target, key) {
      const value = Reflect.get(replaced, key) ?? Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

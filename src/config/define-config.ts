import type { ConfigInput } from './schema.ts';

/**
 * Gives a configuration file its types and returns its argument: the configuration, or a function that returns it.
 *
 * @example
 * export default defineConfig({ runtime: 'compose', verify: { timeout: '5s' } });
 */
export function defineConfig<Input extends ConfigInput | (() => ConfigInput | Promise<ConfigInput>)>(
  config: Input,
): Input {
  return config;
}

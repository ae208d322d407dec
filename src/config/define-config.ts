import type { ConfigInput } from './schema.ts';

/** Gives a configuration file its types; returns what it got. */
export function defineConfig<Input extends ConfigInput | (() => ConfigInput | Promise<ConfigInput>)>(
  config: Input,
): Input {
  return config;
}

/** The package's public entry: what configuration files, checks and plugins import. */
export * from './check/index.ts';
export type { CheckResult, RunResult } from './check/result.ts';
export type { Config, ConfigInput } from './config/schema.ts';

import type { ConfigInput } from './config/schema.ts';

/** Gives a configuration file its types; returns what it got. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}

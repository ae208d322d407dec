/** The package's public entry: what configuration files, checks and plugins import. */

export type { Attempt, CheckResult, RunResult, Status } from './check/result.ts';
export * from './config/public-entry.ts';
export type { Config, ConfigInput } from './config/schema.ts';

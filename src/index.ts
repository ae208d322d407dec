/** The package's public entry: the contract of checks, as configuration files, checks and plugins import it, and the library. */
export * from './api.ts';
export { Fault } from './base/errors.ts';
export type { Attempt, CheckResult, RunResult, Status } from './check/result.ts';
export type { Project } from './config/project.ts';
export * from './config/public-entry.ts';
export type { Config, ConfigInput } from './config/schema.ts';
export type { RunEvent } from './engine/events.ts';
export type { RuntimeContext } from './runners/context.ts';
export type { Runner } from './runners/runner.ts';
export type { Endpoints, Runtime, RuntimeEvent, ServiceStatus, UpOptions } from './runners/runtime.ts';
export type { UpEvent } from './session/start-stack.ts';

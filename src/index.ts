/** The package's public entry: the contract of checks, as configuration files, checks and plugins import it, and the library. */
export * from './api.ts';
export type { Absence, Endpoint } from './base/endpoint.ts';
export type { FaultDetails } from './base/errors.ts';
export { Fault } from './base/errors.ts';
export type { ExitCode } from './base/exit-code.ts';
export type { FaultCode } from './base/fault-codes.ts';
export type { Redactor } from './base/redact.ts';
export type { Check } from './check/define-check.ts';
export type { OptionValues } from './check/option.ts';
export type * from './check/probes/browser.ts';
export type * from './check/probes/control.ts';
export type * from './check/probes/http.ts';
export type * from './check/probes/ids.ts';
export type * from './check/probes/logs.ts';
export type * from './check/probes/machine.ts';
export type { CommandMigrationState, MigrationState, MigrationsProbe } from './check/probes/migrations.ts';
export type * from './check/probes/network.ts';
export type * from './check/probes/postgres.ts';
export type * from './check/probes/redis.ts';
export type * from './check/probes/service.ts';
export type * from './check/probes/spans.ts';
export type { FolderReporter, PastVerdict, Reporter } from './check/reporter.ts';
export type { Attempt, CheckResult, RunResult, Status } from './check/result.ts';
export type * from './check/sabotage.ts';
export type {
  AnyServiceInfo,
  ApiInfo,
  CacheInfo,
  DatabaseInfo,
  ServiceInfo,
  ServiceInfos,
  StandardName,
  TcpInfo,
  WebInfo,
} from './check/stack.ts';
export type { Origin, Origins } from './config/origin.ts';
export type { Project } from './config/project.ts';
export * from './config/public-entry.ts';
export type { BuiltInRunner } from './config/runner-names.ts';
export type { Config, ConfigInput } from './config/schema.ts';
export type { RunEvent } from './engine/events.ts';
export type { LogAccess, LogFollower, LogLine, LogOptions, MovedBytes } from './logs/access.ts';
export type { RuntimeContext } from './runners/context.ts';
export type { Runner } from './runners/runner.ts';
export type {
  Endpoints,
  Runtime,
  RuntimeEvent,
  RuntimeName,
  ServiceState,
  ServiceStatus,
  UpOptions as RuntimeUpOptions,
} from './runners/runtime.ts';
export type { Health } from './services/health.ts';
export type { CommonSettings, ContainerFacts, DefinedKind, Place } from './services/kind.ts';
export type {
  NamedServiceInput,
  Services,
  ServicesInput,
  StandardInput,
  TelemetryInput,
} from './services/schema.ts';
export type { NewWaivers } from './session/accept-failures.ts';
export type { CheckSources } from './session/all-checks.ts';
export type { RunSelection } from './session/choose-run.ts';
export type { Migrated, UpEvent } from './session/start-stack.ts';

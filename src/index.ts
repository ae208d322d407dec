/** The package's public entry: the contract of checks, as configuration files, checks and plugins import it, and the library. */
export * from './api.ts';
export type { Absence } from './base/endpoint.ts';
export type { FaultDetails } from './base/errors.ts';
export { Fault } from './base/errors.ts';
export type { ExitCode } from './base/exit-code.ts';
export type { Redactor } from './base/redact.ts';
export type { Check } from './check/define-check.ts';
export type { OptionValues } from './check/option.ts';
export type { BrowserProbe } from './check/probes/browser.ts';
export type { ControlProbe } from './check/probes/control.ts';
export type { HttpProbe } from './check/probes/http.ts';
export type { IdsProbe } from './check/probes/ids.ts';
export type { LogsProbe } from './check/probes/logs.ts';
export type { CommandProbe, FileProbe, ProcessProbe } from './check/probes/machine.ts';
export type { MigrationsProbe } from './check/probes/migrations.ts';
export type { DnsProbe, TcpProbe, TlsProbe } from './check/probes/network.ts';
export type { PostgresProbe, SqlRows } from './check/probes/postgres.ts';
export type { RedisProbe } from './check/probes/redis.ts';
export type { ServiceProbe } from './check/probes/service.ts';
export type { SpansProbe } from './check/probes/spans.ts';
export type { Attempt, CheckResult, RunResult, Status } from './check/result.ts';
export type { HttpChange, SpanChange } from './check/sabotage.ts';
export type { ServiceInfos, StandardName } from './check/stack.ts';
export type { Origins } from './config/origin.ts';
export type { Project } from './config/project.ts';
export * from './config/public-entry.ts';
export type { Config, ConfigInput } from './config/schema.ts';
export type { RunEvent } from './engine/events.ts';
export type { RuntimeContext } from './runners/context.ts';
export type { Runner } from './runners/runner.ts';
export type {
  Endpoints,
  Runtime,
  RuntimeEvent,
  RuntimeName,
  ServiceStatus,
  UpOptions as RuntimeUpOptions,
} from './runners/runtime.ts';
export type { ServicesInput } from './services/schema.ts';
export type { CheckSources } from './session/all-checks.ts';
export type { Migrated, UpEvent } from './session/start-stack.ts';

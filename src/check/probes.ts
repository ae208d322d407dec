/**
 * The probes by which checks observe a stack. Every method takes and returns plain data, so that a run can be recorded
 * (`verify --evidence`) and judged again (`verify --from`), and rejects with `ProbeError` alone.
 * Every probe has the deadline of its check's attempt; when it passes, the sockets are destroyed.
 */
import type { BrowserProbe } from './probes/browser.ts';
import type { ControlProbe } from './probes/control.ts';
import type { HttpProbe } from './probes/http.ts';
import type { IdsProbe } from './probes/ids.ts';
import type { LogsProbe } from './probes/logs.ts';
import type { CommandProbe, FileProbe, ProcessProbe } from './probes/machine.ts';
import type { MigrationsProbe } from './probes/migrations.ts';
import type { DnsProbe, TcpProbe, TlsProbe } from './probes/network.ts';
import type { PostgresProbe } from './probes/postgres.ts';
import type { RedisProbe } from './probes/redis.ts';
import type { ServiceProbe } from './probes/service.ts';
import type { SpansProbe } from './probes/spans.ts';

export type * from './probes/browser.ts';
export type * from './probes/control.ts';
export type * from './probes/http.ts';
export type * from './probes/ids.ts';
export type * from './probes/logs.ts';
export type * from './probes/machine.ts';
export * from './probes/migrations.ts';
export type * from './probes/network.ts';
export type * from './probes/postgres.ts';
export * from './probes/probe-error.ts';
export type * from './probes/redis.ts';
export type * from './probes/service.ts';
export type * from './probes/spans.ts';

/** The probes by name. Their methods reject with `ProbeError` alone, also at the deadline of the attempt. */
export interface Probes {
  http: HttpProbe;
  tcp: TcpProbe;
  dns: DnsProbe;
  tls: TlsProbe;
  postgres: PostgresProbe;
  redis: RedisProbe;
  logs: LogsProbe;
  spans: SpansProbe;
  browser: BrowserProbe;
  command: CommandProbe;
  file: FileProbe;
  process: ProcessProbe;
  migrations: MigrationsProbe;
  control: ControlProbe;
  service: ServiceProbe;
  ids: IdsProbe;
}

/** The name of a probe, for `needs`. */
export type ProbeName = keyof Probes;

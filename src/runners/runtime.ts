import type { Endpoint } from '../base/endpoint.ts';
import type { ServiceName } from '../check/stack.ts';
import type { BuiltInRunner } from '../config/runner-names.ts';
import type { LogAccess, LogLine, LogOptions } from '../logs/access.ts';

/** Name of a built-in or a registered runner. */
export type RuntimeName = BuiltInRunner | (string & {});

/**
 * Where each service of a stack is reached, by its name, credentials included; they never leave the process unredacted.
 * `telemetry` is the stack's own receiver of spans, by OTLP over HTTP; absent: it has none.
 */
export type Endpoints = Record<string, Endpoint>;

/** Whether a service runs; `unknown`: meatymusic did not start it and cannot see. */
export type ServiceState = 'running' | 'starting' | 'unhealthy' | 'exited' | 'missing' | 'unknown';

/** The state of a service, as `status` shows it. */
export interface ServiceStatus {
  service: string;
  /** Which of the contract's services it is; absent for others of a compose file. */
  role?: ServiceName | 'telemetry';
  state: ServiceState;
  /** Its health check. Absent: not known. */
  health?: 'healthy' | 'unhealthy' | 'starting' | 'none';
  /** `127.0.0.1:8000`, in the order of the file. */
  addresses: string[];
  /** Epoch milliseconds. */
  startedAtMs?: number;
  /** Since the stack was started. Absent: not counted. */
  restarts?: number;
  /** Absent: it runs, or a signal ended it. */
  exitCode?: number;
  /** The image, or the program. */
  image?: string;
  /** Process ID. Absent: it has none on this machine. */
  pid?: number;
  /** Resident memory of all its processes; absent where it is not known. */
  memoryBytes?: number;
  /** What it is: `PGlite 0.5 (PostgreSQL 18 in WebAssembly)`; shown so that nothing is taken for what it is not. */
  note?: string;
}

/** What happens while a runtime works; the command shows it. */
export type RuntimeEvent =
  | {
      type: 'phase';
      name: string;
      /** A phrase to show after the name. Default: none. */
      detail?: string;
    }
  | {
      type: 'service';
      service: string;
      state: string;
      /** A phrase to show after the state. Default: none. */
      detail?: string;
    }
  | { type: 'log'; service: string; line: string }
  | { type: 'notice'; message: string };

/** How a runtime starts its services. */
export interface UpOptions {
  ports: 'auto' | 'fixed';
  timeoutMs: number;
  /** A service that is not healthy for this long without a restart has not started. Default 0. */
  stableForMs: number;
  signal: AbortSignal;
  onEvent(event: RuntimeEvent): void;
  /** Addresses of services of the same stack that run already, for those that refer to them. Default: none. */
  others?: Endpoints;
  /** Called with what removes everything that the call has made, in case that another part of the stack fails. */
  onMade?(undo: () => Promise<void>): void;
}

/** Something that can hold a stack. Commands know no other. Rejects with `Fault` alone. */
export interface Runtime {
  readonly name: RuntimeName;
  /** How services are run that do not say how they are started. Default: as the name says. */
  readonly defaultWay?: RuntimeName;
  /** True if the services are those of the reference stack; the built-in migrations run on no other. */
  readonly isReferenceStack: boolean;
  /** True if the API is that of the reference stack, which trusts the keys of this stack. Default: `isReferenceStack`. */
  readonly hasReferenceApi?: boolean;
  /** Starts what is not running and resolves once all of it is healthy; idempotent. Migrations are the command's. */
  up(options: UpOptions): Promise<Endpoints>;
  /** Stops all of it; `volumes` removes the data as well. Idempotent. Resolves to what was stopped. */
  down(options: {
    volumes: boolean;
    signal: AbortSignal;
    onEvent(event: RuntimeEvent): void;
  }): Promise<string[]>;
  status(options?: {
    /** Whether to ask a container engine for the memory, which takes its time. Default: false. */
    withMemory?: boolean;
  }): Promise<ServiceStatus[]>;
  /** Lines of several logs, by time. Throws a `Fault` if one of the services that were asked for has no log. */
  logs(options: LogOptions): AsyncIterable<LogLine>;
  /** The way to the log of one service; `undefined`: it cannot be read from here. */
  logAccess(service: ServiceName): LogAccess | undefined;
  /** `undefined` when nothing of it was started; a service that does not run has no address. */
  endpoints(): Promise<Endpoints | undefined>;
  /** For disruptive checks and `checks prove`; absent where the runtime did not start the stack. */
  control?: {
    /** False for a service that something else runs. Default: all can be stopped and started. */
    controls?(service: ServiceName): boolean;
    /**
     * Resolves to why the service must not be stopped although it can be: others would not find it again. Default: it may
     * be stopped.
     */
    refusal?(service: ServiceName, signal: AbortSignal): Promise<string | undefined>;
    stop(service: ServiceName, signal: AbortSignal): Promise<void>;
    start(service: ServiceName, signal: AbortSignal): Promise<void>;
    /** Restarts the service with further environment variables; an empty set restores it. */
    restart(service: ServiceName, environment: Record<string, string>, signal: AbortSignal): Promise<void>;
  };
}

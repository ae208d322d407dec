import type { Clock } from '../base/clock.ts';
import type { Endpoint } from '../base/endpoint.ts';
import type { SharedResources } from '../base/shared-resources.ts';
import type { Effects } from '../check/effects.ts';
import type { MigrationsProbe, ProbeName, Probes, ServiceFacts, SpanData } from '../check/probes.ts';
import type { ServiceName, StackInfo } from '../check/stack.ts';
import type { LogAccess } from '../logs/access.ts';
import type { SharedVisits } from './browser/shared-visits.ts';

/**
 * All that a probe may know. Made by the engine, one for each attempt of a check; what outlives an attempt (agents,
 * a browser) is kept in `shared`. Credentials are here and nowhere above.
 */
export interface ProbeContext {
  /** Aborts at the attempt's deadline and at the end of the run. A probe destroys its sockets then. */
  readonly signal: AbortSignal;
  /** Calls the listener when the signal is aborted, without an event target; absent: use the signal. Returns a function that removes it. */
  onAbort?(listener: () => void): () => void;
  /** Milliseconds until the attempt's deadline. */
  remainingMs(): number;
  /** Milliseconds of the whole attempt; absent: unknown. */
  readonly timeoutMs?: number;
  /** Gives back to the attempt the time that the start of a helper of ours took. */
  giveBack?(ms: number): void;
  /** Reports the progress of a long call to the user. */
  progress?(line: string): void;
  clock: Clock;
  /** What the check declares to do; more is refused. */
  effects: Effects;
  /** Ends the attempt as broken, because the check asked for more than that. */
  refuse?(actual: string): void;
  /** Reports what a read-only run kept a page from sending: a failure of this attempt may come from that. */
  hinder?(what: string): void;
  /** Reports that a call ended without an answer and had begun with hardly any time left: a failure says nothing then. */
  outOfTime?(what: string): void;
  /** Whether what is not the check's own request may not write either: the scripts of a page. */
  readOnly?: boolean;
  stack: StackInfo;
  /** Folder of the project: relative folders of commands are below it. Default: the working directory. */
  root?: string;
  endpoints: ProbeEndpoints;
  database: {
    /** Connection of the application, if it has its own. */
    applicationUrl?: string;
    /** Role that it takes with SET LOCAL ROLE where it has none. */
    applicationRole: string;
  };
  auth: ProbeAuth;
  /** Where each service's log is; absent: it cannot be read from here. */
  logs: Partial<Record<ServiceName, LogAccess>>;
  /** Spans that the run's own receiver takes in; absent: console output only. */
  spans?: SpanAccess;
  /** The migrator's read-only side; absent: migrations are switched off. */
  migrations?: MigrationsAccess;
  /** What the runtime knows of the services' processes; absent: nothing. */
  statuses?(): Promise<readonly (ServiceFacts & { role?: string })[]>;
  /** Absent where the runtime did not start the stack. */
  control?: ServiceControl;
  /** Chromium to drive, where the configuration names one. */
  browser?: { path?: string };
  artifacts: ArtifactSink;
  shared: SharedResources;
  /** Which attempt of its check this is; from 1. */
  attempt?: number;
  /** What the browser saw in this run; absent: each check looks for itself. */
  visits?: SharedVisits;
}

/** Addresses with credentials, by the service's name, or why there is none. */
export type ProbeEndpoints = Readonly<Record<string, Endpoint>>;

export interface ProbeAuth {
  /** A token that the API accepts. */
  token?: string;
  /** Default: the one that `up` gives the API. */
  issuer?: string;
  audience?: string;
  /** A key that the API trusts: PEM or shared secret, the `kid` of its JWKS, and the algorithm where the key serves several. */
  signingKey?: { pem: string; keyId?: string; algorithm?: string };
  /** Gets the signature of each token that is made with the key: without it, a token that is kept opens nothing. */
  keepSecret?(signature: string): void;
}

export interface SpanAccess {
  /** `OTLP receiver on 127.0.0.1:4318`. */
  source: string;
  /** When the run started it, if it did; epoch milliseconds. */
  startedMs?: number;
  /** All spans so far, oldest first. */
  collected(): readonly SpanData[];
}

/** The shape of `Runtime.control`. */
export interface ServiceControl {
  /** False for a service that something else runs. Default: all can be stopped and started. */
  controls?(service: ServiceName): boolean;
  /**
   * Resolves to why the service must not be stopped although it can be: others would not find it again. Default: it may
   * be stopped.
   */
  refusal?(service: ServiceName, signal: AbortSignal): Promise<string | undefined>;
  stop(service: ServiceName, signal: AbortSignal): Promise<void>;
  start(service: ServiceName, signal: AbortSignal): Promise<void>;
}

export interface ArtifactSink {
  /** A path below the run's artifacts for a file of this name; its folder exists. */
  path(name: string): Promise<string>;
}

/** A probe, and how to release its resources when its attempt is over. */
export type ClosableProbe<Name extends ProbeName> = Probes[Name] & { close?(): void | Promise<void> };

export type ProbeFactory<Name extends ProbeName> = (context: ProbeContext) => ClosableProbe<Name>;

/** The migrator's read-only side; the signal of the attempt ends what it runs. */
export type InterruptibleMigrations = {
  [Name in keyof MigrationsProbe]: (signal?: AbortSignal) => ReturnType<MigrationsProbe[Name]>;
};

/** The same for the configured folder or another one. */
export interface MigrationsAccess extends InterruptibleMigrations {
  inFolder(folder: string): MigrationsProbe;
}

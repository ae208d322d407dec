import type { ServiceName } from './stack.ts';

/**
 * One way to break a healthy stack, after which the check must fail with `code`. `meatymusic checks prove` carries it out on
 * stacks that it started, and undoes it.
 */
export type Sabotage = {
  name: string;
  code: string;
  /** Options of the check while the stack is broken and when it is restored: a shorter wait for what never comes. */
  options?: Record<string, unknown>;
} & (
  | { kind: 'stop'; service: ServiceName }
  /** In a database. */
  | {
      kind: 'sql';
      /** Default: `database`. */
      service?: ServiceName;
      break: string[];
      restore: string[];
    }
  /** In a cache. */
  | {
      kind: 'redis';
      /** Default: `cache`. */
      service?: ServiceName;
      break: (string | number)[][];
      restore: (string | number)[][];
    }
  /** A proxy between checker and service. */
  | { kind: 'http'; service: 'api' | 'web'; change: HttpChange }
  /** A filter between the service's log and the checker. */
  | {
      kind: 'logs';
      service: ServiceName;
      change: 'plain-text' | 'plain-text-in-part' | 'drop' | 'strip-trace-ids' | 'other-trace-ids';
    }
  | { kind: 'spans'; change: SpanChange }
  /** The database is compared with a copy of the folder of migrations that has these files, by name. */
  | { kind: 'migrations'; files: Record<string, string> }
  /** The service restarted with other environment variables. */
  | { kind: 'environment'; service: 'api' | 'web'; set: Record<string, string> }
  /** The check is sent to a server with these answers instead of the service. */
  | ({ kind: 'canned' } & CannedReplies)
  | { kind: 'options'; set: Record<string, unknown> }
);

/** Lines of RESP by the command that they answer, `*` for all others, none for silence; or the error of every connection. */
export type CannedReplies =
  | { service: ServiceName; replies: Record<string, string> }
  | { service: ServiceName; sqlstate: string };

/**
 * `part-clients`: calls of clients are in traces of their own. `same-id`: each span has the ID of its parent.
 * `second-service`: server spans have a twin of another service. The last three change their tracestate.
 */
export type SpanChange =
  | 'drop'
  | 'other-trace-ids'
  | 'orphan'
  | 'part-clients'
  | 'same-id'
  | 'second-service'
  | 'reverse-state'
  | 'illegal-state'
  | 'kept-state';

/** A change of the answers of a service. */
export interface HttpChange {
  /** Only requests whose path starts so. Default: all. */
  path?: string;
  /** Only this method. */
  method?: string;
  /** Only requests that carry this header. */
  withRequestHeader?: string;
  /** Number of these requests that pass unchanged before the change begins. Default 0. */
  afterRequests?: number;
  /** Milliseconds before each answer. Default 0. */
  delayMs?: number;
  /** Replaces the status. Default: the one of the service. */
  status?: number;
  /** Replaces the body. Default: the one of the service. */
  body?: string;
  /** Replace in the body: [what, by what], each occurrence. */
  replaceInBody?: [string, string];
  /** Names of headers of the answer to remove. Default: none. */
  removeHeaders?: string[];
  /** Headers of the answer to set. Default: none. */
  setHeaders?: Record<string, string>;
  /** Names of headers of the request to remove. Default: none. */
  removeRequestHeaders?: string[];
  /** Headers of the request to set. Default: none. */
  setRequestHeaders?: Record<string, string>;
  /** Each further request gets the value that the first one had in this header. */
  repeatRequestHeader?: string;
  /** A malformed traceparent is replaced by a valid one with the same trace and parent. */
  repairTraceparent?: boolean;
  /** The connection is reset instead of answered. */
  reset?: boolean;
}

/**
 * What a check may use to look at a stack. Every method takes and returns plain data, so that a run can be recorded
 * (`verify --evidence`) and judged again (`verify --from`), and rejects with `ProbeError` alone.
 * Every probe has the deadline of its check's attempt; when it passes, the sockets are destroyed.
 */
import type { Json } from './json.ts';
import type { ServiceName } from './stack.ts';

/** A probe could not get an answer. `code` is the system's or the server's own (`ECONNREFUSED`, `28P01`, `WRONGPASS`). */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
  readonly code: string;
  /** Every address that was tried, and other facts for the evidence. */
  readonly details: Readonly<Record<string, string>>;

  constructor(code: string, message: string, details: Record<string, string> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

// ── http ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface HttpRequest {
  /** Absolute, http or https. User information in it becomes an `Authorization` header. */
  url: string;
  /** Default `GET`. */
  method?: string;
  headers?: Record<string, string>;
  /** Further header lines, for a name that comes again. */
  moreHeaders?: [name: string, value: string][];
  body?: string;
  /** Default: the rest of the attempt. */
  timeoutMs?: number;
  /** Default 1 MiB, counted after decompression; more rejects with `BODY_TOO_LARGE`. */
  maxBodyBytes?: number;
  /** Loopback address to send from, where what is asked counts by client address; ignored for a service elsewhere. */
  fromAddress?: string;
  /** For https; files are PEM. */
  tls?: {
    /** Trusted in the place of the system's authorities. */
    caFile?: string;
    certFile?: string;
    keyFile?: string;
    /** Takes whatever certificate the server shows. */
    allowUntrusted?: boolean;
  };
}

export interface HttpResponse {
  status: number;
  /** Names in lower case; a header that was sent several times is joined with `, `. */
  headers: Record<string, string>;
  /** In the order and case of the wire, duplicates kept. */
  rawHeaders: [name: string, value: string][];
  body: string;
  bodyBytes: number;
  /** The address that was really dialled: `[::1]:8000`. */
  address: string;
  durationMs: number;
}

/** A request with what came back, as evidence. `body` is an excerpt. */
export interface HttpExchange {
  request: { method: string; url: string; headers: Record<string, string> };
  response?: HttpResponse;
  error?: { code: string; message: string };
}

export interface HttpProbe {
  /** Redirects are not followed. */
  request(request: HttpRequest): Promise<HttpResponse>;
}

// ── tcp, dns, tls ───────────────────────────────────────────────────────────────────────────────────────────────

export interface TcpProbe {
  connect(target: {
    host: string;
    port: number;
    /** Only addresses of this family. */
    family?: 4 | 6;
    /** Address of this machine to connect from. */
    fromAddress?: string;
  }): Promise<{ address: string; durationMs: number }>;
}

export interface DnsQuery {
  name: string;
  /** Default `any-address`: as the system resolves it, hosts file included. */
  type?: 'A' | 'AAAA' | 'CAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SRV' | 'TXT' | 'any-address';
  /** Address of the name server to ask, with or without a port. */
  server?: string;
  /** Names in records end with a dot, as name servers write them. */
  trailingDot?: boolean;
}

export interface DnsProbe {
  resolve(query: DnsQuery): Promise<{ records: string[]; durationMs: number }>;
}

export interface TlsProbe {
  inspect(target: {
    host: string;
    port: number;
    serverName?: string;
    /** PEM file of the authorities to trust in the place of the system's. */
    caFile?: string;
  }): Promise<{
    authorized: boolean;
    /** Why the certificate is not trusted: `CERT_HAS_EXPIRED`. */
    authorizationError?: string;
    protocol: string;
    cipher: string;
    subject: string;
    issuer: string;
    subjectAltNames: string[];
    /** ISO 8601. */
    validFrom: string;
    validTo: string;
    daysLeft: number;
    fingerprint256: string;
  }>;
}

// ── postgres ────────────────────────────────────────────────────────────────────────────────────────────────────

export interface SqlStep {
  sql: string;
  values?: Json[];
}

export interface SqlRows {
  rows: Record<string, Json>[];
  rowCount: number;
  durationMs: number;
}

export type SqlOutcome = ({ ok: true } & SqlRows) | { ok: false; code: string; message: string };

/** `owner`: the configured connection. `application`: the connection or role that the application has. */
export type DatabaseRole = 'owner' | 'application';

export interface PostgresProbe {
  /** One statement in a read-only transaction. Rejects with the SQLSTATE as code. */
  query(step: SqlStep & { as?: DatabaseRole }): Promise<SqlRows>;
  /**
   * Steps one after another on one connection that is thrown away at the end, whatever transaction is still open with it.
   * Transactions are the caller's steps (`begin`, `savepoint`, `rollback`). A step that fails does not end the session.
   * `connection`: sessions with the same name in one check share a connection (a pooled one, as an application has).
   */
  session(session: { steps: SqlStep[]; as?: DatabaseRole }): Promise<SqlOutcome[]>;
}

// ── redis ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface RedisProbe {
  /** Rejects with the first word of the server's error as code (`NOAUTH`), its text as message. */
  command(command: {
    name: string;
    args?: (string | number)[];
  }): Promise<{ reply: Json; durationMs: number; address: string }>;
}

// ── logs ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface LogRecord {
  /** From 1, within the source. */
  number: number;
  /** Cut at 8 KiB. */
  raw: string;
  structured: boolean;
  /** Epoch milliseconds. */
  timeMs?: number;
  /** Lower case: trace, debug, info, warn, error, fatal. */
  level?: string;
  message?: string;
  /** 32 lower-case hexadecimal digits, without `0x`. */
  traceId?: string;
  spanId?: string;
  service?: string;
  /** Top-level fields of a structured line. */
  fields?: Record<string, Json>;
}

export interface LogSummary {
  /** Where it was read: `.meatymusic/logs/api.log`, `docker compose logs api`. */
  source: string;
  lines: number;
  structured: number;
  withTraceId: number;
  /** The shape that most lines have: `pino`, `structlog`, `ecs`, `logfmt`, `plain`. */
  shape: string;
  /** The first lines that are not structured. */
  offending: LogRecord[];
}

export interface LogQuery {
  service: ServiceName;
  /** Only lines that were written after this moment; epoch milliseconds. Default: since the service's start. */
  sinceMs?: number;
  /** Case-sensitive part of the raw line. */
  contains?: string;
  traceId?: string;
  /** Waits until this many lines match. Default 1. */
  atLeast?: number;
  /** Default 0: what is there now. */
  withinMs?: number;
  /** At most this many matches are returned. Default 50. */
  limit?: number;
}

export interface LogsProbe {
  /** Whether this stack's log can be read from here, and if not, what would make it possible. */
  available(query: {
    service: ServiceName;
  }): Promise<{ available: boolean; source: string; enable?: string }>;
  find(query: LogQuery): Promise<{ source: string; scanned: number; matched: number; records: LogRecord[] }>;
  summarize(query: { service: ServiceName; sinceMs?: number }): Promise<LogSummary>;
}

// ── spans ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface SpanData {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  service: string;
  /** Epoch milliseconds, fractions kept. */
  startMs: number;
  durationMs: number;
  status: 'unset' | 'ok' | 'error';
  attributes: Record<string, Json>;
}

export interface SpanQuery {
  /** Default: every trace. */
  traceId?: string;
  /** Only spans that started after this moment; epoch milliseconds. */
  sinceMs?: number;
  service?: string;
  /** Waits until this many spans match. Default 1. */
  atLeast?: number;
  withinMs?: number;
  limit?: number;
}

export interface SpansProbe {
  available(): Promise<{ available: boolean; source: string; enable?: string }>;
  find(query: SpanQuery): Promise<{ source: string; scanned: number; spans: SpanData[] }>;
}

// ── browser ─────────────────────────────────────────────────────────────────────────────────────────────────────

export interface BrowserVisit {
  status: number;
  title: string;
  /** Visible text, cut at 64 KiB. */
  text: string;
  html: string;
  console: { type: string; text: string }[];
  /** Uncaught errors. */
  pageErrors: string[];
  requests: {
    url: string;
    method: string;
    resourceType: string;
    headers: Record<string, string>;
    status?: number;
    responseHeaders?: Record<string, string>;
    failure?: string;
  }[];
  /** Path of the PNG, below the run's artifacts. */
  screenshot?: string;
  durationMs: number;
}

export interface BrowserProbe {
  available(): Promise<{ available: boolean; browser: string; enable?: string }>;
  visit(visit: {
    url: string;
    /** Ends once this text is on the page, this console text was seen, and the network is quiet. */
    untilText?: string;
    untilConsole?: string;
    /** Requests to wait for: part of a URL. */
    untilRequest?: string;
    screenshot?: string;
  }): Promise<BrowserVisit>;
}

// ── command, file, process ──────────────────────────────────────────────────────────────────────────────────────

export interface CommandProbe {
  /**
   * A non-zero exit is a result, not an error. Of each output the last MiB is kept. When time is up, all that it started is
   * killed, and it rejects with `TIMEOUT`; the error's details hold the last of `stdout` and `stderr`.
   */
  run(command: {
    /** Without a shell. A string is for `/bin/sh -c`. */
    command: string | [file: string, ...args: string[]];
    cwd?: string;
    env?: Record<string, string>;
    stdin?: string;
    timeoutMs?: number;
    /** Whether a person sees its lines while it runs: for what takes minutes. */
    live?: boolean;
  }): Promise<{
    exitCode: number | null;
    signal?: string;
    stdout: string;
    stderr: string;
    /** Whether there was more output than is kept. */
    truncated?: boolean;
    durationMs: number;
  }>;
}

export type Checksum = 'md5' | 'sha256' | 'sha512';

export interface FileProbe {
  /** Of a link itself; checksums are those of the file that it leads to. */
  stat(query: { path: string; checksums?: Checksum[] }): Promise<{
    exists: boolean;
    type?: 'file' | 'directory' | 'symlink' | 'socket' | 'pipe' | 'character-device' | 'block-device';
    /** `0644`. */
    mode?: string;
    size?: number;
    uid?: number;
    gid?: number;
    owner?: string;
    group?: string;
    linkedTo?: string;
    /** Those that were asked for, where there is a file to read. */
    checksums?: Partial<Record<Checksum, string>>;
  }>;
  read(query: {
    path: string;
    maxBytes?: number;
  }): Promise<{ text: string; bytes: number; truncated: boolean }>;
}

export interface ProcessProbe {
  find(query: { name: string }): Promise<{ running: boolean; pids: number[] }>;
}

// ── migrations, control, ids ────────────────────────────────────────────────────────────────────────────────────

export interface MigrationState {
  folder: string;
  applied: string[];
  pending: string[];
  /** Applied, and changed on disk since. */
  edited: string[];
  /** Applied, and not on disk. */
  missing: string[];
  /** Pending, and sorted before an applied one. */
  outOfOrder: string[];
  /** How the files deviate from the committed migrations.lock.json; absent: there is none. */
  lockFileDifferences?: string[];
}

export interface MigrationsProbe {
  /** Read-only. */
  state(): Promise<MigrationState>;
  /** Differences between the schema and the one that the migrations led to; empty: none. `available: false`: nobody wrote it down. */
  drift(): Promise<{ available: boolean; enable?: string; differences: string[]; objects: number }>;
  /** Migrates once more, unless something is `pending`: which migrations ran, and how schema and history changed. */
  secondRun(): Promise<{
    pending: string[];
    ran: string[];
    changes: string[];
    objects: number;
    entries: number;
  }>;
}

/** Takes services of the stack away and brings them back. Only runtimes that `meatymusic` started can. */
export interface ControlProbe {
  available(query: { service: ServiceName }): Promise<{ available: boolean; enable?: string }>;
  /** Resolves once nothing answers any more. What a check stopped, the engine starts again, whatever happened. */
  stop(query: { service: ServiceName }): Promise<{ durationMs: number }>;
  /** Resolves once the service is healthy. */
  start(query: { service: ServiceName }): Promise<{ durationMs: number }>;
}

/** Fresh identifiers and the time; a probe, because a recorded run must see the same ones again. */
export interface IdsProbe {
  /** A new trace: `traceparent` is `00-<traceId>-<spanId>-01`. */
  trace(): Promise<{ traceId: string; spanId: string; traceparent: string }>;
  uuid(): Promise<string>;
  /** Epoch milliseconds. */
  now(): Promise<number>;
  /** Time passing, with the attempt's deadline: for a rate limit's window, a token's expiry. */
  pause(query: { ms: number }): Promise<void>;
  /** JWTs for the authentication checks, signed by a key whose JWKS the checker serves where the stack was pointed at it. */
  token(query: TokenQuery): Promise<{ available: boolean; token: string; enable?: string }>;
}

export interface TokenQuery {
  kind: 'valid' | 'bad-signature' | 'wrong-issuer' | 'expired' | 'none-algorithm';
  /** Which of two fixed test tenants the token speaks for. Default `a`. */
  tenant?: 'a' | 'b';
  /** Replace claims of the token; only a token that is made here can carry them. */
  claims?: Record<string, string>;
}

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
  ids: IdsProbe;
}

export type ProbeName = keyof Probes;

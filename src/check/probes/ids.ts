/** Fresh identifiers and the time; a probe, because a recorded run must see the same ones again. */
export interface IdsProbe {
  /** A new trace: `traceparent` is `00-<traceId>-<spanId>-01`. */
  trace(): Promise<{ traceId: string; spanId: string; traceparent: string }>;
  /** A random UUID (version 4). */
  uuid(): Promise<string>;
  /** Epoch milliseconds. */
  now(): Promise<number>;
  /** Time passing, with the attempt's deadline: for a rate limit's window, a token's expiry. `ms` is in milliseconds. */
  pause(query: { ms: number }): Promise<void>;
  /** A JWT that the API accepts: made with the configured key, else the configured token. */
  token(query: TokenQuery): Promise<{
    available: boolean;
    /** Without `Bearer`; empty where none is available. */
    token: string;
    /** A setting that makes it available. Absent: it is. */
    enable?: string;
    /** Epoch seconds at which it expires, where it names that. */
    expiresAt?: number;
  }>;
  /** Tokens that the API must refuse, each made from the accepted one by one change. */
  forgeries(query: ForgeryQuery): Promise<Forgeries>;
}

/** Which token to get. */
export interface TokenQuery {
  kind: 'valid';
  /** Which of two fixed test tenants the token speaks for. Default `a`. */
  tenant?: 'a' | 'b';
  /** Replace claims of the token; only a token that is made here can carry them. */
  claims?: Record<string, string>;
}

/** The one change that makes a token a forgery. */
export type ForgeryKind =
  | 'signature'
  | 'none-algorithm'
  | 'public-key-as-secret'
  | 'key-of-the-sender'
  | 'issuer'
  | 'audience'
  | 'expired'
  | 'not-yet-valid';

/** Which forgeries to make. */
export interface ForgeryQuery {
  kind: ForgeryKind;
  /** Key set that the API trusts, as JSON text: its public keys. Default: the public half of the configured key. */
  jwks?: string;
}

/** Tokens that an API must refuse, with what was made of which. */
export interface Forgeries {
  /** Names complete "a token …": `signed by another key`. */
  forgeries: { name: string; token: string }[];
  /** The accepted token from which they are made; absent: none is configured, and claims were made up. */
  accepted?: string;
  /** Members of the kind that could not be made, and why. */
  notMade: string[];
  /** A setting that makes more possible, where there are no forgeries. */
  enable?: string;
}

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

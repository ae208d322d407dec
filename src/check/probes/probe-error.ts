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

/** Code of a call without an answer that had begun with hardly any of the attempt's time left. */
export const outOfTimeCode = 'OUT_OF_TIME';

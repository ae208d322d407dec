import type { Json } from '../json.ts';

/** Sends commands to Redis. */
export interface RedisProbe {
  /**
   * Resolves to the reply, the milliseconds until it arrived, and the `host:port` that answered. Rejects with a `ProbeError` that has the first word of the server's error
   * as code (`NOAUTH`) and its text as message.
   */
  command(command: {
    /** `GET`, without arguments. */
    name: string;
    /** Default: none. */
    args?: (string | number)[];
  }): Promise<{ reply: Json; durationMs: number; address: string }>;
}

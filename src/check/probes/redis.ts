import type { Json } from '../json.ts';

/** Sends commands to Redis. */
export interface RedisProbe {
  /** Rejects with the first word of the server's error as code (`NOAUTH`), its text as message. */
  command(command: {
    name: string;
    /** Default: none. */
    args?: (string | number)[];
  }): Promise<{ reply: Json; durationMs: number; address: string }>;
}

import type { Redactor } from '../base/redact.ts';
import type { Config } from '../config/schema.ts';

/** All that a runtime is made from. */
export interface RuntimeContext {
  config: Config;
  /** The project's folder; `.meatymusic/` is below it. */
  root: string;
  /** The environment of the file that is in force. */
  environment?: string;
  env: Readonly<Record<string, string | undefined>>;
  redact: Redactor;
}

import type { Redactor } from '../base/redact.ts';
import type { Origins } from '../config/origin.ts';
import type { Config } from '../config/schema.ts';

/** All that a runtime is made from. */
export interface RuntimeContext {
  config: Config;
  /** The project's folder; `.meatymusic/` is below it. */
  root: string;
  /** Where the settings come from; absent: each is meant. */
  origins?: Origins;
  /** The environment of the file that is in force. */
  environment?: string;
  env: Readonly<Record<string, string | undefined>>;
  redact: Redactor;
}

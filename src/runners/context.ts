import type { Redactor } from '../base/redact.ts';
import type { Origins } from '../config/origin.ts';
import type { Config } from '../config/schema.ts';
import type { RuntimeName } from './runtime.ts';

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
  /** Names of the services that are containers, in a stack of several parts. Default: all services of the file are started. */
  composeOnly?: ReadonlySet<string>;
  /** How services are run that do not say how they are started; for the record of a stack of several parts. */
  defaultWay?: RuntimeName;
}

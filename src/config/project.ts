import type { Redactor } from '../base/redact.ts';
import type { Origins } from './origin.ts';
import type { Config } from './schema.ts';

/** The effective configuration and the folder that it belongs to. */
export interface Project {
  config: Config;
  origins: Origins;
  /** `.meatymusic/` is below it; relative paths of the configuration start here. */
  root: string;
  /** The configuration file, where there is one. */
  file?: string;
  /** The environment of the file that is in force: `--env`. */
  environment?: string;
  /** Names of all environments of the file. */
  environments?: readonly string[];
  /**
   * The end of a search that found no configuration file: the reason (`/home/ana is the home folder`), and the files in
   * the folder before which it ended. Absent: there is a file.
   */
  search?: { end: string; passedOver: readonly string[] };
  /** The environment with what `.env` files add. */
  env: Readonly<Record<string, string | undefined>>;
  /** Knows every secret of the configuration. */
  redact: Redactor;
}

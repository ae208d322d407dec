import type { FlagSetting, Origins } from './origin.ts';
import { type Config, configSchema } from './schema.ts';

export interface LoadOptions {
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  configFile?: string | undefined;
  flags?: readonly FlagSetting[];
  signal?: AbortSignal;
}

export interface LoadedConfig {
  config: Config;
  origins: Origins;
  /** Folder of the configuration file, else the nearest with a package.json or .git, else the working folder. */
  root: string;
  file?: string;
  /** The environment with what `.env` files add. */
  env: Readonly<Record<string, string | undefined>>;
  /** Every value that must not be shown. */
  secrets: string[];
}

export async function loadConfig({ cwd, env }: LoadOptions): Promise<LoadedConfig> {
  return { config: configSchema.parse({}), origins: new Map(), root: cwd, env, secrets: [] };
}

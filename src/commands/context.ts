import type { Redactor } from '../base/redact.ts';
import { loadConfig } from '../config/load.ts';
import type { FlagSetting, Origins } from '../config/origin.ts';
import type { Config } from '../config/schema.ts';
import type { Invocation } from './invocation.ts';

/** What a command works on: the effective configuration and the folder that it belongs to. */
export interface Project {
  config: Config;
  origins: Origins;
  /** `.meatymusic/` is below it; relative paths of the configuration start here. */
  root: string;
  /** The configuration file, where there is one. */
  file?: string;
  /** The environment with what `.env` files add. */
  env: Readonly<Record<string, string | undefined>>;
  /** Knows every secret of the configuration. */
  redact: Redactor;
}

/** Loads the configuration; flags that are settings go in here. Rejects with a `Fault` (78) that lists every problem. */
export async function openProject(
  { cwd, env, configFile, signal, redact, stderr }: Invocation,
  flags: readonly FlagSetting[] = [],
): Promise<Project> {
  const { secrets, publicNames, ...loaded } = await loadConfig({
    cwd,
    env,
    configFile,
    flags,
    signal,
    // Standard output is the command's.
    onOutput: (text) => void stderr.write(text),
  });
  redact.add(...secrets);
  redact.allow(...publicNames);
  return { ...loaded, redact };
}

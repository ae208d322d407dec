import type { Redactor } from '../base/redact.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import type { FlagSetting, Origins } from '../config/origin.ts';
import type { Config } from '../config/schema.ts';
import type { Invocation } from './invocation.ts';
import { lineFor } from './style.ts';

/** What a command works on: the effective configuration and the folder that it belongs to. */
export interface Project {
  config: Config;
  origins: Origins;
  /** `.meatymusic/` is below it; relative paths of the configuration start here. */
  root: string;
  /** The configuration file, where there is one. */
  file?: string;
  /** How the search ended that found no configuration file. */
  search?: NonNullable<LoadedConfig['search']>;
  /** The environment with what `.env` files add. */
  env: Readonly<Record<string, string | undefined>>;
  /** Knows every secret of the configuration. */
  redact: Redactor;
}

/** Loads the configuration; flags that are settings go in here. Rejects with a `Fault` (78) that lists every problem. */
export async function openProject(
  { cwd, env, configFile, signal, redact, stderr, quiet, verbose }: Invocation,
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
  const { end, passedOver = [] } = loaded.search ?? {};
  if (!quiet && (verbose || passedOver.length > 0) && end) {
    await stderr.write(lineFor(stderr, `note: ${passedOverText(passedOver)}the search ended: ${end}`));
  }
  return { ...loaded, redact };
}

function passedOverText(files: readonly string[]): string {
  if (files.length === 0) return 'no configuration file was found; ';
  return `${files.join(' and ')} was not read (--config takes it); `;
}

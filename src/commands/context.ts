import { loadConfig } from '../config/load.ts';
import type { FlagSetting } from '../config/origin.ts';
import type { Project } from '../config/project.ts';
import type { Invocation } from './invocation.ts';
import { lineFor } from './style.ts';

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

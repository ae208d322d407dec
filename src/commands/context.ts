import type { FlagSetting } from '../config/origin.ts';
import type { Project } from '../config/project.ts';
import { openProject as open } from '../session/open-project.ts';
import type { Invocation } from './invocation.ts';
import { lineFor } from './style.ts';

/**
 * Loads the configuration, with the flags that are settings, and notes where the search for it ended. Rejects with a
 * `Fault` (78) that lists every problem.
 */
export async function openProject(
  { cwd, env, configFile, environment, signal, stderr, quiet, verbose }: Invocation,
  flags: readonly FlagSetting[] = [],
): Promise<Project> {
  // Standard output is the command's.
  const onOutput = (text: string) => void stderr.write(text);
  const project = await open({ cwd, env, configFile, environment, flags, signal, onOutput });
  const { end, passedOver = [] } = project.search ?? {};
  if (!quiet && (verbose || passedOver.length > 0) && end) {
    await stderr.write(lineFor(stderr, `note: ${passedOverText(passedOver)}the search ended: ${end}`));
  }
  return project;
}

function passedOverText(files: readonly string[]): string {
  if (files.length === 0) return 'no configuration file was found; ';
  return `${files.join(' and ')} was not read (--config takes it); `;
}

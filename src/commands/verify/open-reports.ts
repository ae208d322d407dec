import type { Project } from '../../config/project.ts';
import { type OpenReport, openReports } from '../../reporters/index.ts';
import { findInPlugin } from '../../sources/plugins.ts';

/** Loads the reporters that the project names, those of its plugins included. Rejects with a `Fault`. */
export async function openReportsOf({ config, root }: Project, signal: AbortSignal): Promise<OpenReport[]> {
  const plugins = await Promise.all(config.plugins.map((name) => findInPlugin(name, root, signal)));
  const ofPlugins = plugins.flatMap(({ reporters }) => reporters);
  return openReports(config.verify.reporters, { ofPlugins, root, signal });
}

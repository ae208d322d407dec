import { knownSecrets } from '../base/known-secrets.ts';
import { type LoadOptions, loadConfig } from '../config/load.ts';
import type { Project } from '../config/project.ts';

/** Loads the configuration; its secrets are redacted from now on. Rejects with a `Fault` (78) that lists every problem. */
export async function openProject(options: LoadOptions): Promise<Project> {
  const { secrets, publicNames, ...loaded } = await loadConfig({
    ...options,
    registerPlugins: async (names, ...of) =>
      names.length === 0 ? [] : (await import('./register-plugins.ts')).registerPlugins(names, ...of),
  });
  knownSecrets.add(...secrets);
  knownSecrets.allow(...publicNames);
  return { ...loaded, redact: knownSecrets };
}

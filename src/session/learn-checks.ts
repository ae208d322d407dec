import path from 'node:path';
import type { Project } from '../config/project.ts';

/**
 * Adds the secrets of the project's files of checks to the redaction, for calls that show what services write and run no
 * check. Problems of the files are reported by the commands that run them.
 */
export async function learnSecretsOfChecks({ config, root, env, redact }: Project): Promise<void> {
  const absolute = (names: string | string[]) => [names].flat().map((name) => path.resolve(root, name));
  const [files, gossfiles] = [absolute(config.checkFiles), absolute(config.gossfiles)];
  if (files.length + gossfiles.length === 0) return;
  const { findDeclaredChecks } = await import('../sources/declared/index.ts');
  const declared = await findDeclaredChecks({ root, env, vars: config.vars, files, gossfiles }).catch(
    () => undefined,
  );
  redact.add(...(declared?.secrets ?? []));
}

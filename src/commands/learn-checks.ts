import path from 'node:path';
import type { Project } from '../config/project.ts';

/**
 * Learns the secrets of the project's files of checks, for commands that show what services write and run no check.
 * What is wrong with the files is for those that do.
 */
export async function learnSecretsOfChecks({ config, root, env, redact }: Project): Promise<void> {
  const [files, gossfiles] = [config.checkFiles, config.gossfiles].map((names) =>
    [names].flat().map((name) => path.resolve(root, name)),
  );
  if (!files?.length && !gossfiles?.length) return;
  const { findDeclaredChecks } = await import('../sources/declared/index.ts');
  const { secrets } = await findDeclaredChecks({
    root,
    env,
    vars: config.vars,
    files: files ?? [],
    gossfiles: gossfiles ?? [],
  });
  redact.add(...secrets);
}

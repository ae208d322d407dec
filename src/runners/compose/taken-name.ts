import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { enabledServices, isLocal, kindOf, portOf, settingsOf } from '../../services/index.ts';
import type { RuntimeContext } from '../context.ts';
import { createEngineCli, type EngineCli } from './cli.ts';
import { type Container, listContainers } from './containers.ts';
import { type ComposeFiles, findComposeFiles, folderProject } from './files.ts';
import { ownerOf, refuseForeign } from './owner.ts';

/**
 * For a folder whose compose file nothing was started from: rejects with a `Fault` (78) when another folder's stack has
 * the name that this one's would get.
 */
export async function refuseTakenName(
  context: RuntimeContext,
  cli: EngineCli,
  matters: (containers: readonly Container[]) => boolean = () => true,
): Promise<void> {
  let files: ComposeFiles;
  try {
    files = findComposeFiles(context);
  } catch {
    return;
  }
  if (files.own) return;
  const project = context.config.compose.project ?? (context.env.COMPOSE_PROJECT_NAME || nameOf(files));
  const containers = await listContainers(cli, project);
  if (matters(containers)) refuseForeign(containers, ownerOf(context, files), project);
}

/** The same for configured addresses: they must not lead to the stack of another folder that has this one's name. */
export async function refuseTakenAddresses(context: RuntimeContext): Promise<void> {
  const { services } = context.config;
  const addresses = enabledServices(services).flatMap((name) => {
    const { url } = settingsOf(services, name);
    return url !== undefined && isLocal(new URL(url)) ? [portOf(url, kindOf(services, name))] : [];
  });
  const ports = new Set(addresses);
  const lead = (containers: readonly Container[]) =>
    containers.some(({ published }) => published.some(({ hostPort }) => ports.has(hostPort)));
  try {
    await refuseTakenName(context, createEngineCli(context), lead);
  } catch (thrown) {
    // Without an engine there are no containers.
    if ((thrown as { code?: string }).code === 'project-name-taken') throw thrown;
  }
}

/** As compose names the project, without running compose. */
function nameOf({ files: [first = ''] }: ComposeFiles): string {
  const named = existsSync(first) && /^name:\s*["']?([\w-]+)/m.exec(readFileSync(first, 'utf8'))?.[1];
  return named || folderProject(path.dirname(first));
}

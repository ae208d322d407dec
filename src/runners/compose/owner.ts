import path from 'node:path';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { realPath } from '../../base/folder-identity.ts';
import { safeLine } from '../../base/safe-text.ts';
import type { RuntimeContext } from '../context.ts';
import { afterMove, formerRoots } from '../state.ts';
import type { EngineCli } from './cli.ts';
import { type Container, listContainers } from './containers.ts';
import { type ComposeFiles, possibleFiles } from './files.ts';

/**
 * Label of containers that are made for one folder by a file that others use as well (the reference stack's, the
 * receiver's): the folder's real path.
 */
export const rootLabel = 'meatymusic.root';

const composeLabel = 'com.docker.compose.project';

/** Decides by a container's labels, and not by its project's name, whether it belongs to this folder. */
export interface Owner {
  owns(labels: Labels): boolean;
  /** Whether it was made with one of this project's own compose files, which may be gone by now. */
  namesFile(labels: Labels): boolean;
}

type Labels = Readonly<Record<string, string>>;

export function ownerOf(context: RuntimeContext, composeFiles: ComposeFiles | undefined): Owner {
  const { root } = context;
  const formerly = formerRoots(root);
  const now = (recorded: string) => realPath(afterMove(recorded, formerly, root));
  const files = (
    composeFiles?.own ? possibleFiles(context) : (composeFiles?.files ?? possibleFiles(context))
  ).map(realPath);
  const [first] = files;
  const folders = new Set([realPath(root), ...(first === undefined ? [] : [path.dirname(first)])]);
  const namesFile = (labels: Labels) =>
    (labels[`${composeLabel}.config_files`]?.split(',') ?? []).some((file) => files.includes(now(file)));
  return {
    namesFile,
    owns(labels) {
      const marked = labels[rootLabel];
      if (marked) return realPath(root) === now(marked);
      const folder = labels[`${composeLabel}.working_dir`];
      return (folder !== undefined && folders.has(now(folder))) || namesFile(labels);
    },
  };
}

/** The one guard of every command: the project's containers, all of which belong to this folder. Rejects with a `Fault` (78) otherwise. */
export async function listOwnContainers(
  cli: EngineCli,
  project: string,
  owner: Owner,
  signal?: AbortSignal,
): Promise<Container[]> {
  const containers = await listContainers(cli, project, signal);
  refuseForeign(containers, owner, project);
  return containers;
}

export function refuseForeign(containers: readonly Container[], owner: Owner, project: string): void {
  const foreign = containers.find(({ labels }) => !owner.owns(labels));
  if (!foreign) return;
  const folder = foreign.labels[rootLabel] || foreign.labels[`${composeLabel}.working_dir`];
  const holder = folder ? `the stack of ${safeLine(folder, 500)}` : 'containers that name no folder';
  throw new Fault({
    code: 'project-name-taken',
    message: `the compose project ${project} belongs to ${holder} (container ${foreign.name})`,
    hint: 'give this folder another name: `compose.project` in the configuration, or COMPOSE_PROJECT_NAME; a stack whose folder is gone is removed by `docker compose --project-name … down`',
    exitCode: ExitCode.config,
  });
}

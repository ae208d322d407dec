import path from 'node:path';
import { packageRoot } from '../../base/package-root.ts';
import type { RuntimeContext } from '../context.ts';
import { readState } from '../state.ts';
import { createEngineCli, type EngineCli } from './cli.ts';
import { type Container, inspectAll } from './containers.ts';
import { type ComposeFiles, findComposeFiles, folderProject, ownProject } from './files.ts';
import { type ComposeModel, composeArgs, loadModel } from './model.ts';
import { ownVariables } from './own-variables.ts';
import { listOwnContainers, type Owner, ownerOf } from './owner.ts';
import { prepareReceiver, wantsReceiver } from './receiver.ts';

/** Whose containers are meant, and with which files they are made. */
export interface Session {
  context: RuntimeContext;
  cli: EngineCli;
  files: ComposeFiles;
  /** Arguments of every `docker compose` call. */
  args: string[];
  /** Variables of the file that are not set. */
  variables: Record<string, string>;
  /** Those of them that give it other ports. */
  chosenPorts: Record<string, string>;
  project: string;
  owner: Owner;
  containers: Container[];
  model: ComposeModel;
  /** What a person should know of the stack's receiver of spans. */
  notices: string[];
}

/** What is driven, with the stack's receiver of spans where it is to have one. */
export async function openSession(context: RuntimeContext, signal: AbortSignal): Promise<Session> {
  const session = await readSession(context, signal);
  if (!wantsReceiver(context)) return session;
  const { cli, project, variables } = session;
  const { notices, ...receiver } = prepareReceiver(context, session.model);
  const files = { ...session.files, ...receiver };
  const args = composeArgs(files, project, context.config);
  const { config, composeOnly: only } = context;
  const model = await loadModel({ cli, args, files: files.files, config, variables, only, signal });
  return { ...session, files, args, model, notices };
}

/** Reads the files and what runs of them, at the same time: both answers are needed, and each takes a while. */
async function readSession(context: RuntimeContext, signal: AbortSignal): Promise<Session> {
  const cli = createEngineCli(context);
  const files = findComposeFiles(context);
  const named = await nameWithoutCompose(context, cli, files);
  const args = composeArgs(files, named, context.config);
  const chosenPorts = recordedPorts(context, files);
  const variables = { ...(files.own ? await ownVariables(context) : {}), ...chosenPorts };
  const { config, composeOnly: only } = context;
  const load = () => loadModel({ cli, args, files: files.files, config, variables, only, signal });
  const owner = ownerOf(context, files);
  const known = { context, cli, files, args, owner, variables, chosenPorts, notices: [] };
  if (named !== undefined) {
    const [containers, model] = await Promise.all([listOwnContainers(cli, named, owner, signal), load()]);
    return { ...known, project: named, containers, model };
  }
  const model = await load();
  const project = model.project;
  const containers = await listOwnContainers(cli, project, owner, signal);
  return { ...known, project, containers, model };
}

/** The ports of the last `up`, so that the next one asks for the same. A hint alone: what runs decides. */
function recordedPorts({ root, env }: RuntimeContext, { files }: ComposeFiles): Record<string, string> {
  const { compose: state } = readState(root);
  if (!state || state.files.join() !== files.join()) return {};
  return Object.fromEntries(
    Object.entries(state.variables ?? {}).filter(([name]) => env[name] === undefined),
  );
}

/** The project's name where it does not take reading the file; `undefined`: compose names it. */
async function nameWithoutCompose(
  { config, env, root }: RuntimeContext,
  cli: EngineCli,
  files: ComposeFiles | undefined,
): Promise<string | undefined> {
  const named = config.compose.project ?? (env.COMPOSE_PROJECT_NAME || undefined);
  if (named !== undefined) return named;
  const { compose: state } = readState(root);
  if (state && (!files || state.files.join() === files.files.join())) return state.project;
  if (!files?.own) return undefined;
  if (root !== packageRoot) return ownProject(root);
  // In a clone, the stack may have been started by hand: then that is the one.
  const byHand = folderProject(root);
  const found = await inspectAll(cli, `com.docker.compose.project.working_dir=${root}`);
  return found.some(({ project }) => project === byHand) ? byHand : ownProject(root);
}

/** What exists of this folder's stack. */
export interface FoundStack {
  project: string;
  containers: Container[];
}

/**
 * For commands that work without the files: the stack of this folder, by its name, else by labels that name the folder
 * or its files. Rejects with a `Fault` (78) when the name is in use by the stack of another folder.
 */
export async function findStack(
  context: RuntimeContext,
  cli: EngineCli,
  signal?: AbortSignal,
): Promise<FoundStack | undefined> {
  let files: ComposeFiles | undefined;
  try {
    files = findComposeFiles(context);
  } catch {
    // The file is gone; its containers are not.
  }
  const owner = ownerOf(context, files);
  const stackOf = async (project: string) => ({
    project,
    containers: await listOwnContainers(cli, project, owner, signal),
  });
  const named = await nameWithoutCompose(context, cli, files);
  const first = named === undefined ? undefined : await stackOf(named);
  // Without a file of the project, the reference stack is meant, unless there is a stack of a file that was removed.
  if (first && (!files?.own || first.containers.length > 0)) return first;
  const labelled = await nameByLabels(cli, owner, signal);
  if (labelled !== undefined) return stackOf(labelled);
  if (first) return first;
  const project = await nameByCompose(context, cli, files);
  return project === undefined ? undefined : stackOf(project);
}

async function nameByLabels(
  cli: EngineCli,
  owner: Owner,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const all = await inspectAll(cli, 'com.docker.compose.project', signal);
  return all.find(({ labels }) => owner.owns(labels) && owner.namesFile(labels))?.project;
}

async function nameByCompose(
  context: RuntimeContext,
  cli: EngineCli,
  files: ComposeFiles | undefined,
): Promise<string | undefined> {
  if (!files) return undefined;
  const args = [...composeArgs(files, undefined, context.config), 'config', '--format', 'json'];
  const output = await cli.compose(args);
  if (output.exitCode === 0) return (JSON.parse(output.stdout) as { name?: string }).name;
  return folderProject(path.dirname(files.files[0] ?? context.root));
}

import path from 'node:path';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { packageRoot } from '../../base/package-root.ts';
import type { RuntimeContext } from '../context.ts';
import { readState } from '../state.ts';
import { createEngineCli, type EngineCli } from './cli.ts';
import { type Container, inspectAll, listContainers } from './containers.ts';
import { type ComposeFiles, findComposeFiles, folderProject, ownProject, possibleFiles } from './files.ts';
import { type ComposeModel, composeArgs, loadModel } from './model.ts';
import { ownVariables } from './own-variables.ts';
import { prepareReceiver, wantsReceiver } from './receiver.ts';

/** Whose containers are meant, and with which files they are made. */
export interface Session {
  context: RuntimeContext;
  cli: EngineCli;
  files: ComposeFiles;
  /** Arguments of every `docker compose` call. */
  args: string[];
  /** Variables for the file that nobody has set. */
  variables: Record<string, string>;
  /** Those of them that give it other ports. */
  chosenPorts: Record<string, string>;
  project: string;
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
  const model = await loadModel({ cli, args, files: files.files, config: context.config, variables, signal });
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
  const load = () => loadModel({ cli, args, files: files.files, config: context.config, variables, signal });
  const known = { context, cli, files, args, variables, chosenPorts, notices: [] };
  if (named !== undefined) {
    const [containers, model] = await Promise.all([listContainers(cli, named, signal), load()]);
    refuseForeign(containers, files, named);
    return { ...known, project: named, containers, model };
  }
  const model = await load();
  const project = model.project;
  const containers = await listContainers(cli, project, signal);
  refuseForeign(containers, files, project);
  return { ...known, project, containers, model };
}

/** The ports of the last `up`, so that the next one asks for the same. A hint alone: what runs decides. */
function recordedPorts({ root, env }: RuntimeContext, { files }: ComposeFiles): Record<string, string> {
  const state = readState(root);
  if (state?.runtime !== 'compose' || state.files.join() !== files.join()) return {};
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
  const state = readState(root);
  if (state?.runtime === 'compose' && (!files || state.files.join() === files.files.join()))
    return state.project;
  if (!files?.own) return undefined;
  if (root !== packageRoot) return ownProject(root);
  // In a clone, the stack may have been started by hand: then that is the one.
  const byHand = folderProject(root);
  const found = await inspectAll(cli, `label=com.docker.compose.project.working_dir=${root}`);
  return found.some(({ project }) => project === byHand) ? byHand : ownProject(root);
}

/** For `down`, `status` and `logs`, which work without the files: by name, else by the labels that name the files. */
export async function findProject(context: RuntimeContext, cli: EngineCli): Promise<string | undefined> {
  let files: ComposeFiles | undefined;
  try {
    files = findComposeFiles(context);
  } catch {
    // The file is gone; its containers are not.
  }
  const named = await nameWithoutCompose(context, cli, files);
  const recorded = readState(context.root);
  if (named !== undefined && (!files?.own || (recorded?.runtime === 'compose' && recorded.project === named)))
    return named;
  const all = await inspectAll(cli, 'label=com.docker.compose.project');
  if (named !== undefined && all.some(({ project }) => project === named)) return named;
  const candidates = possibleFiles(context);
  const found = all.find(({ labels }) =>
    labels['com.docker.compose.project.config_files']?.split(',').some((file) => candidates.includes(file)),
  );
  if (found || named !== undefined) return found?.project ?? named;
  if (!files) return undefined;
  const args = [...composeArgs(files, undefined, context.config), 'config', '--format', 'json'];
  const output = await cli.compose(args);
  if (output.exitCode === 0) return (JSON.parse(output.stdout) as { name?: string }).name;
  return folderProject(path.dirname(files.files[0] ?? context.root));
}

/** Compose would make somebody else's containers its own, because a folder elsewhere has the same name. */
function refuseForeign(
  containers: readonly Container[],
  { files, own }: ComposeFiles,
  project: string,
): void {
  if (own) return;
  const folder = path.dirname(files[0] ?? '');
  for (const { name, labels } of containers) {
    const workingDir = labels['com.docker.compose.project.working_dir'];
    const configFiles = labels['com.docker.compose.project.config_files'] ?? '';
    if (workingDir === undefined || workingDir === folder || configFiles.split(',').includes(files[0] ?? ''))
      continue;
    throw new Fault({
      code: 'project-name-taken',
      message: `the project name ${project} belongs to the stack of ${workingDir} (container ${name})`,
      hint: 'give this one another name: `compose.project` in the configuration, or COMPOSE_PROJECT_NAME',
      exitCode: ExitCode.config,
    });
  }
}

import path from 'node:path';
import { AwaitTimeout, awaitUntil } from '../../base/await-until.ts';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { tryLock } from '../../base/pid-lock.ts';
import type { RuntimeContext } from '../context.ts';
import type { Runtime, RuntimeEvent } from '../runtime.ts';
import { ensureStackFolder, readState, removeState } from '../state.ts';
import { readEndpoints } from './addresses.ts';
import { createEngineCli } from './cli.ts';
import { listContainers } from './containers.ts';
import { createControl } from './control.ts';
import { findComposeFiles } from './files.ts';
import { createLogMemory } from './log-memory.ts';
import { readLogs } from './logs.ts';
import { removeAll } from './remove.ts';
import { findProject } from './session.ts';
import { statusOf } from './status.ts';
import { startStack } from './up.ts';

/** Whether a Docker daemon with Compose 2 answers here, and in one line why, or why not. */
export async function dockerAnswers(
  context: RuntimeContext,
): Promise<{ available: boolean; reason: string }> {
  const cli = createEngineCli(context);
  try {
    const [version, compose] = await Promise.all([
      cli.must(['version', '--format', '{{.Server.Version}}'], { withinMs: 5_000 }),
      cli.compose(['version', '--short'], { withinMs: 5_000 }),
    ]);
    const composeVersion = compose.stdout.trim();
    return compose.exitCode === 0 && /^v?[2-9]/.test(composeVersion)
      ? { available: true, reason: `${cli.engine} ${version.trim()} with Compose ${composeVersion} answers` }
      : { available: false, reason: `${cli.engine} ${version.trim()} answers, but has no Compose 2` };
  } catch (thrown) {
    return {
      available: false,
      reason: thrown instanceof Fault ? thrown.message : `${cli.engine} does not answer`,
    };
  }
}

/** The stack as containers of one compose project: the reference stack's own, or somebody else's file. */
export function createComposeRuntime(context: RuntimeContext): Runtime {
  const cli = createEngineCli(context);
  const project = async (signal?: AbortSignal) => {
    signal?.throwIfAborted();
    return findProject(context, cli);
  };
  const logMemory = createLogMemory();
  const containers = async () => {
    const name = await project();
    return name === undefined ? [] : listContainers(cli, name);
  };
  return {
    name: 'compose',
    up: (options) => withStartLock(context.root, options, () => startStack(context, options)),
    async down(options) {
      return withStartLock(context.root, options, async () => {
        const name = isOurs(context) ? await project(options.signal) : undefined;
        const removed = name === undefined ? [] : await removeAll(cli, name, options);
        if (readState(context.root)?.runtime === 'compose') removeState(context.root);
        return removed;
      });
    },
    async status() {
      return statusOf(await containers(), context);
    },
    async *logs(options) {
      const name = await logMemory.project(() => project(options.signal));
      if (name !== undefined) yield* readLogs(context, cli, name, options, logMemory);
    },
    async endpoints() {
      return readEndpoints(context, cli, await containers());
    },
    control: createControl(context, cli, async (signal) => (await project(signal)) ?? ''),
  };
}

/** Somebody's own compose file that merely lies in the folder, and that nothing here says is ours to stop. */
function isOurs(context: RuntimeContext): boolean {
  const { config, root } = context;
  if (readState(root)?.runtime === 'compose' || config.runtime === 'compose') return true;
  return describesAFile(config.compose) || findComposeFiles(context).own;
}

/** Settings that make sense for one particular file alone: whoever wrote them means the file in this folder. */
function describesAFile({
  file,
  project,
  profiles,
  env,
  services,
}: RuntimeContext['config']['compose']): boolean {
  const usual = { api: 'api', web: 'web', database: 'postgres', cache: 'redis' };
  return (
    file !== undefined ||
    project !== undefined ||
    profiles.length > 0 ||
    Object.keys(env).length > 0 ||
    Object.entries(usual).some(([service, name]) => services[service as keyof typeof usual] !== name)
  );
}

const lockMs = 30_000;

/** One call at a time starts or stops the project's stack; the others wait, and give up with 75. */
async function withStartLock<T>(
  root: string,
  { signal, onEvent }: { signal: AbortSignal; onEvent(event: RuntimeEvent): void },
  work: () => Promise<T>,
): Promise<T> {
  const file = path.join(ensureStackFolder(root), 'start.lock');
  let holder = 'another process';
  let told = false;
  const attempt = () => {
    const lock = tryLock(file, 'meatymusic');
    if (lock.acquired) return lock;
    holder = `process ${lock.holder.pid}, since ${lock.holder.since}`;
    if (!told) onEvent({ type: 'notice', message: `waits for ${holder}, which starts or stops this stack` });
    told = true;
    return undefined;
  };
  const lock = await awaitUntil(attempt, { what: 'the start lock', withinMs: lockMs, signal }).catch(
    (error) => {
      if (!(error instanceof AwaitTimeout)) throw error;
      throw new Fault({
        code: 'locked',
        message: `another call starts or stops this stack: ${holder}`,
        hint: 'wait for it, or end it',
        exitCode: ExitCode.locked,
      });
    },
  );
  try {
    return await work();
  } finally {
    lock.release();
  }
}

import { Fault } from '../../base/errors.ts';
import type { LogLine, LogOptions } from '../../logs/access.ts';
import { isStandard, kindOf, servicesStartedBy, settingsOf } from '../../services/index.ts';
import type { RuntimeContext } from '../context.ts';
import type { Runtime } from '../runtime.ts';
import { withStartLock } from '../start-lock.ts';
import { readState, removeState } from '../state.ts';
import { readEndpoints } from './addresses.ts';
import { createEngineCli } from './cli.ts';
import { createControl } from './control.ts';
import { type ComposeFiles, findComposeFiles } from './files.ts';
import { chunksOf } from './log-follower.ts';
import { createLogMemory } from './log-memory.ts';
import { followLog, pastLines, readLogs } from './logs.ts';
import { memoryOf } from './memory.ts';
import { removeStack } from './remove.ts';
import { type FoundStack, findStack } from './session.ts';
import { statusOf } from './status.ts';
import { refuseTakenName } from './taken-name.ts';
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

/** The stack as containers of one compose project: the reference stack's own, or a file of the project. */
export function createComposeRuntime(context: RuntimeContext): Runtime {
  const cli = createEngineCli(context);
  const find = async (signal?: AbortSignal) => {
    signal?.throwIfAborted();
    return findStack(context, cli, signal);
  };
  const containers = async () => (await find())?.containers ?? [];
  const logMemory = createLogMemory();
  async function* logs(options: LogOptions): AsyncIterable<LogLine> {
    const stack = await logMemory.stack(() => find(options.signal));
    if (stack !== undefined) yield* readLogs(context, cli, stack, options, logMemory);
  }
  async function* logBytes(
    service: string,
    sinceMs?: number,
    signal = new AbortController().signal,
  ): AsyncIterable<Uint8Array> {
    const stack = await logMemory.stack(() => find(signal));
    if (stack === undefined) return;
    const since = sinceMs === undefined ? {} : { sinceMs };
    const options = { services: [service], follow: false, signal, ...since };
    yield* chunksOf(await pastLines(context, cli, stack, options, logMemory));
  }
  return {
    name: 'compose',
    get isReferenceStack() {
      return drivesOwnFile(context);
    },
    up: (options) => withStartLock(context.root, options, () => startStack(context, options)),
    async down(options) {
      return withStartLock(context.root, options, async () => {
        if (!isOurs(context)) {
          await refuseTakenName(context, cli);
          return [];
        }
        const stack = onlyStarted(await find(options.signal), readState(context.root).compose?.services);
        const removed = stack === undefined ? [] : await removeStack(context, cli, stack, options);
        removeState(context.root, 'compose');
        return removed;
      });
    },
    async status({ withMemory = false } = {}) {
      const present = await containers();
      return statusOf(present, context, withMemory ? await memoryOf(cli, present) : undefined);
    },
    logs,
    logAccess: (service) => ({
      source: `docker compose logs ${service}`,
      open: (sinceMs, signal) => logBytes(service, sinceMs, signal),
      follow: () => followLog(context, cli, service, find, logMemory),
    }),
    async endpoints() {
      return readEndpoints(context, cli, await containers());
    },
    control: createControl(context, cli, find),
  };
}

/** Leaves out containers that another call than `up` has started from the same file. */
function onlyStarted(stack: FoundStack | undefined, services: readonly string[] | undefined) {
  if (!stack || !services) return stack;
  return { ...stack, containers: stack.containers.filter(({ service }) => services.includes(service)) };
}

/** Returns false for a compose file that is in the folder while nothing here says that its services are to be managed. */
function isOurs(context: RuntimeContext): boolean {
  const { config, root } = context;
  if (readState(root).compose || config.runtime === 'compose') return true;
  return describesAFile(config) || findComposeFiles(context).own;
}

/** The bundled file alone is driven, now and when the stack was started. */
function drivesOwnFile(context: RuntimeContext): boolean {
  let current: ComposeFiles;
  try {
    current = findComposeFiles(context);
  } catch {
    return false;
  }
  const { compose: state } = readState(context.root);
  return current.own && (!state || state.files.join() === current.files.join());
}

/** Settings that make sense for one particular file alone: their author means the file in this folder. */
function describesAFile({
  services,
  compose: { file, project, profiles, env, services: names },
}: RuntimeContext['config']): boolean {
  return (
    file !== undefined ||
    project !== undefined ||
    profiles.length > 0 ||
    Object.keys(env).length > 0 ||
    servicesStartedBy(services, 'compose').some((name) => {
      const { start } = settingsOf(services, name);
      return (
        start !== undefined || (isStandard(name) && names[name] !== kindOf(services, name).compose.service)
      );
    })
  );
}

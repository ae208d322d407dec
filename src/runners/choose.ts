import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { RuntimeContext } from './context.ts';
import { allRunners, createRuntime } from './index.ts';
import type { Runtime, RuntimeName } from './runtime.ts';
import { hasStart } from './stack/ways.ts';
import { readState, startedRuntime } from './state.ts';

export interface RuntimeChoice {
  runtime: Runtime;
  /** For a person: why this one. */
  reason: string;
}

const saysItself = 'its services say how they are started';

/** What `up` starts. The flag beats the configuration; `auto` takes what runs already, then compose where Docker answers. */
export async function chooseRuntime(
  context: RuntimeContext & { wanted?: 'auto' | RuntimeName },
): Promise<RuntimeChoice> {
  const wanted = context.wanted ?? context.config.runtime;
  if (wanted !== 'auto') {
    const from = context.wanted ? 'asked for with --runtime' : 'named in the configuration';
    return { runtime: await createRuntime(wanted, context), reason: from };
  }
  const started = startedRuntime(readState(context.root));
  if (started) {
    return { runtime: await createRuntime(started, context), reason: 'this project runs on it already' };
  }
  if (hasStart(context.config))
    return { runtime: await createRuntime('external', context), reason: saysItself };
  let reason: string | undefined;
  for (const [name, { canStart }] of allRunners()) {
    const answer = await canStart?.(context);
    // The first one that was tried is the usual one: its answer explains the choice.
    reason ??= answer?.reason;
    if (answer?.available) return { runtime: await createRuntime(name, context), reason: reason ?? '' };
  }
  throw new Fault({
    code: 'no-runner',
    message: `no runner can start a stack here: ${reason}`,
    hint: 'meatymusic doctor',
    exitCode: ExitCode.unavailable,
  });
}

/** The stack that is there: what `up` left, else the configured one. For `verify`, `status`, `logs`, `down`. */
export async function findRuntime(context: RuntimeContext): Promise<RuntimeChoice> {
  const started = startedRuntime(readState(context.root));
  if (started && (context.config.runtime !== 'external' || hasStart(context.config))) {
    return { runtime: await createRuntime(started, context), reason: '`meatymusic up` started it' };
  }
  const { runtime } = context.config;
  if (hasStart(context.config) && runtime === 'auto')
    return { runtime: await createRuntime('external', context), reason: saysItself };
  if (runtime === 'auto') {
    for (const { refuseTakenAddresses } of allRunners().values()) await refuseTakenAddresses?.(context);
  }
  if (runtime === 'auto' || runtime === 'external') {
    return {
      runtime: await createRuntime('external', context),
      reason: 'nothing was started here: the addresses of the configuration',
    };
  }
  return { runtime: await createRuntime(runtime, context), reason: 'named in the configuration' };
}

/**
 * Every runtime that may hold something of this project, for `down`: what the state names, and where there is none, all
 * that can find their own without it.
 */
export async function runtimesToStop(context: RuntimeContext): Promise<Runtime[]> {
  // What runs here is not the stack of an environment that runs elsewhere.
  if (context.environment !== undefined && context.config.runtime === 'external') return [];
  const started = startedRuntime(readState(context.root));
  if (started) return [await createRuntime(started, context)];
  if (hasStart(context.config)) return [await createRuntime('external', context)];
  const { runtime } = context.config;
  const found: Runtime[] = [];
  for (const [name, { canStart, leavesRemains }] of allRunners()) {
    if (!leavesRemains && runtime !== 'auto' && runtime !== name) continue;
    // One that does not say whether it can start a stack is asked where the configuration names it.
    const holds = canStart ? (await canStart(context)).available : runtime === name;
    if (holds) found.push(await createRuntime(name, context));
  }
  return found;
}

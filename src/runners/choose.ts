import type { RuntimeContext } from './context.ts';
import type { Runtime, RuntimeName } from './runtime.ts';
import { readState } from './state.ts';

export interface RuntimeChoice {
  runtime: Runtime;
  /** For a person: why this one. */
  reason: string;
}

/** What `up` starts. The flag beats the configuration; `auto` takes what runs already, then compose where Docker answers. */
export async function chooseRuntime(
  context: RuntimeContext & { wanted?: 'auto' | RuntimeName },
): Promise<RuntimeChoice> {
  const wanted = context.wanted ?? context.config.runtime;
  if (wanted !== 'auto') {
    const from = context.wanted ? 'asked for with --runtime' : 'named in the configuration';
    return { runtime: await createRuntime(wanted, context), reason: from };
  }
  const state = readState(context.root);
  if (state) {
    return {
      runtime: await createRuntime(state.runtime, context),
      reason: 'this project runs on it already',
    };
  }
  const { dockerAnswers } = await import('./compose/index.ts');
  const docker = await dockerAnswers(context);
  return docker.available
    ? { runtime: await createRuntime('compose', context), reason: docker.reason }
    : { runtime: await createRuntime('embedded', context), reason: docker.reason };
}

/** The stack that is there: what `up` left, else the configured one. For `verify`, `status`, `logs`, `down`. */
export async function findRuntime(context: RuntimeContext): Promise<RuntimeChoice> {
  const state = readState(context.root);
  if (state && context.config.runtime !== 'external') {
    return { runtime: await createRuntime(state.runtime, context), reason: '`meatymusic up` started it' };
  }
  const { runtime } = context.config;
  if (runtime === 'auto') {
    const { refuseTakenAddresses } = await import('./compose/index.ts');
    await refuseTakenAddresses(context);
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
  const state = readState(context.root);
  if (state) return [await createRuntime(state.runtime, context)];
  const runtimes = [await createRuntime('embedded', context)];
  const { runtime } = context.config;
  if (runtime === 'auto' || runtime === 'compose') {
    const { dockerAnswers } = await import('./compose/index.ts');
    if ((await dockerAnswers(context)).available) runtimes.push(await createRuntime('compose', context));
  }
  return runtimes;
}

export async function createRuntime(name: RuntimeName, context: RuntimeContext): Promise<Runtime> {
  switch (name) {
    case 'compose':
      return (await import('./compose/index.ts')).createComposeRuntime(context);
    case 'embedded':
      return (await import('./embedded/index.ts')).createEmbeddedRuntime(context);
    case 'external':
      return (await import('./external/index.ts')).createExternalRuntime(context);
  }
}

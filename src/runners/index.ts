import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { type BuiltInRunner, runtimeChoices } from '../config/runner-names.ts';
import type { RuntimeContext } from './context.ts';
import type { Runner } from './runner.ts';
import type { Runtime, RuntimeName } from './runtime.ts';

const builtIn: Record<BuiltInRunner, Runner> = {
  compose: {
    create: (context) => createStackOf(context, 'compose'),
    canStart: async (context) => (await import('./compose/index.ts')).dockerAnswers(context),
    refuseTakenAddresses: async (context) =>
      (await import('./compose/taken-name.ts')).refuseTakenAddresses(context),
  },
  embedded: {
    create: (context) => createStackOf(context, 'embedded'),
    canStart: async () => ({ available: true, reason: 'it needs nothing' }),
    leavesRemains: true,
  },
  external: {
    create: (context) => createStackOf(context, 'external'),
  },
};

/** Each service may say how it is started; the runner is for those that do not. */
async function createStackOf(context: RuntimeContext, defaultWay: BuiltInRunner): Promise<Runtime> {
  return (await import('./stack/index.ts')).createStack(context, defaultWay);
}

const runners = new Map<string, Runner>(Object.entries(builtIn));

/** Adds a runner; its name becomes a value of `runtime` in the configuration. Returns a function that removes it. */
export function registerRunner(name: string, runner: Runner): () => void {
  const choices = runtimeChoices as unknown as string[];
  runners.set(name, runner);
  if (!choices.includes(name)) choices.push(name);
  return () => {
    runners.delete(name);
    choices.splice(choices.indexOf(name), 1);
  };
}

export function allRunners(): ReadonlyMap<RuntimeName, Runner> {
  return runners;
}

export async function createRuntime(name: RuntimeName, context: RuntimeContext): Promise<Runtime> {
  const runner = runners.get(name);
  if (runner) return runner.create(context);
  throw new Fault({
    code: 'unknown-runner',
    message: `there is no runner ${name}`,
    hint: `runtime: one of ${[...runners.keys()].join(', ')}`,
    exitCode: ExitCode.config,
  });
}

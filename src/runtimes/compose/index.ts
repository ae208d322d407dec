import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { RuntimeContext } from '../context.ts';
import type { Runtime } from '../runtime.ts';

/** Whether a Docker daemon answers here, and in one line why, or why not. */
export async function dockerAnswers(_: RuntimeContext): Promise<{ available: boolean; reason: string }> {
  return { available: false, reason: 'the compose runtime is not in this build' };
}

export function createComposeRuntime(_: RuntimeContext): Runtime {
  throw new Fault({
    code: 'absent',
    message: 'the compose runtime is not in this build',
    exitCode: ExitCode.unavailable,
  });
}

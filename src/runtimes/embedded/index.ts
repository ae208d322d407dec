import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { RuntimeContext } from '../context.ts';
import type { Runtime } from '../runtime.ts';

export function createEmbeddedRuntime(_: RuntimeContext): Runtime {
  throw new Fault({
    code: 'absent',
    message: 'the embedded runtime is not in this build',
    exitCode: ExitCode.unavailable,
  });
}

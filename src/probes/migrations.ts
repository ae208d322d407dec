import { codeOf, messageOf } from '../base/errors.ts';
import { ProbeError } from '../check/probes.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';
import { requireEffects } from './effects.ts';

/** The migrator's read-only side, which the command supplies: a probe may not reach the migrator itself. */
export function createMigrationsProbe(context: ProbeContext): ClosableProbe<'migrations'> {
  const { migrations } = context;
  if (!migrations) {
    const off = async () => {
      throw new ProbeError(
        'MIGRATIONS_OFF',
        'the configuration switches migrations off (migrations.enabled)',
      );
    };
    return { state: off, drift: off, secondRun: off };
  }
  return {
    state: () => asked(migrations.state(context.signal)),
    drift: () => asked(migrations.drift(context.signal)),
    async secondRun() {
      requireEffects(context, 'temporary', 'running the migrations');
      return asked(migrations.secondRun(context.signal));
    },
  };
}

async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ProbeError) throw error;
    throw new ProbeError(codeOf(error) ?? 'UNKNOWN', messageOf(error));
  }
}

import type { RunResult } from '../check/result.ts';
import type { Acceptance } from './acceptance.ts';
import { isKnown } from './diff.ts';

/** Returns the acceptance of the failures that another result has as well: `--against`. */
export function acceptKnown({ checks, startedAt }: RunResult, name: string): Acceptance {
  const byId = new Map(checks.map((check) => [check.id, check]));
  return {
    find: (failure) =>
      isKnown(byId.get(failure.id), failure) ? { known: { in: name, startedAt } } : undefined,
    findUnneeded: () => [],
  };
}

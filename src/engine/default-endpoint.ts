import { areaOf } from '../check/area-of.ts';
import type { Check } from '../check/define-check.ts';
import type { Fail, Skip } from '../check/verdict.ts';
import { type GivenOptions, optionsGivenFor } from './given-options.ts';

/** Codes of failures that say that there is no such endpoint, if it answered 404. */
const missingCodes = ['no-endpoint', 'wrong-status'];

/**
 * Returns the check so that it is skipped, and not failed, where its endpoint answers 404 at a path that is not configured:
 * on a stack that is not the reference stack, it is not known whether that path was ever agreed on.
 */
export function skippedWithoutEndpoint(check: Check, given: GivenOptions): Check {
  const path = check.options?.path?.default;
  if (!check.source.startsWith('checks/') || typeof path !== 'string' || path === '') return check;
  if (optionsGivenFor(check, given).has('path')) return check;
  return {
    ...check,
    async run(context) {
      const verdict = await check.run(context);
      return !context.stack.isReference && verdict.status === 'fail' && isMissing(verdict)
        ? skip(check, path)
        : verdict;
    },
  };
}

function isMissing({ code, evidence }: Fail): boolean {
  const statuses = evidence.flatMap((each) =>
    each.kind === 'http' && 'response' in each.exchange ? [each.exchange.response?.status] : [],
  );
  return missingCodes.includes(code) && statuses.includes(404);
}

function skip({ id }: Check, path: string): Skip {
  return {
    status: 'skip',
    reason: `${path} is the default path, it is not configured, and it answers 404`,
    enable: `contract: { ${areaOf(id)}: { path: … } } where it has another one, { ${areaOf(id)}: false } where it has none, contract: full where it must have it`,
  };
}

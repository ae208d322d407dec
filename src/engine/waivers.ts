import type { Check } from '../check/define-check.ts';
import type { CheckResult, UnneededWaiver, UnusedWaiver, Waiver } from '../check/result.ts';
import type { Acceptance } from './acceptance.ts';
import { anyOf } from './patterns.ts';
import { serviceJudgedBy } from './select.ts';

/** A waiver of the project with its place and its end. */
export interface ProjectWaiver extends Waiver {
  /** ID, area or glob. */
  check: string;
  service?: string | undefined;
  code?: string | undefined;
  /** File and line. */
  where: string;
  /** Epoch milliseconds. */
  endsAt: number;
}

/** Returns the acceptance of failures by these waivers. `checks`: every check of the project, selected or not. */
export function acceptByWaivers(
  waivers: readonly ProjectWaiver[],
  checks: readonly Check[],
  now: number,
): Acceptance {
  const used = new Set<ProjectWaiver>();
  const books = waivers.map((waiver) => ({
    waiver,
    ids: idsOf(waiver, checks),
    hasEnded: waiver.endsAt <= now,
  }));
  return {
    find({ id, code }) {
      const fitting = books.filter(
        ({ waiver, ids }) => ids.has(id) && (waiver.code === undefined || waiver.code === code),
      );
      const active = fitting.find(({ hasEnded }) => !hasEnded);
      const [best] = active ? [active] : fitting;
      if (!best) return undefined;
      used.add(best.waiver);
      return active ? { waiver: shown(best.waiver) } : { endedWaiver: shown(best.waiver) };
    },
    findUnneeded: () =>
      books.flatMap(({ waiver, ids, hasEnded }) =>
        used.has(waiver) ? [] : [unneeded(waiver, ids, hasEnded)],
      ),
  };
}

/** Returns the waivers that nothing needs by these results, which may be those of all shards of a run. */
export function findUnused(
  waivers: readonly UnneededWaiver[],
  results: readonly CheckResult[],
): UnusedWaiver[] {
  const byId = new Map(results.map((result) => [result.id, result]));
  return waivers.flatMap(({ covers, hasEnded, ...waiver }) => {
    const why = whyUnused(
      waiver,
      covers.map((id) => byId.get(id)),
    );
    return why === undefined ? [] : [{ ...waiver, why: hasEnded ? `it has ended, and ${why}` : why }];
  });
}

function shown({ reason, owner, until }: ProjectWaiver): Waiver {
  return { reason, owner, until };
}

function unneeded(
  { endsAt: _, service, code, ...rest }: ProjectWaiver,
  ids: ReadonlySet<string>,
  hasEnded: boolean,
): UnneededWaiver {
  return { ...rest, ...(service && { service }), ...(code && { code }), hasEnded, covers: [...ids] };
}

/** An id without a service covers the check of any service if the waiver names the service. */
function idsOf({ check: pattern, service }: ProjectWaiver, checks: readonly Check[]): ReadonlySet<string> {
  const matches = anyOf([pattern]);
  const fitting = checks.filter((check) =>
    service === undefined
      ? matches(check.id)
      : serviceJudgedBy(check) === service && (matches(check.id) || matches(withoutService(check.id))),
  );
  return new Set(fitting.map(({ id }) => id));
}

function withoutService(id: string): string {
  return id.replace(/@[^@]*$/, '');
}

/** `undefined`: this run did not judge all that the waiver covers, so nothing is known. */
function whyUnused(
  { code }: Pick<UnusedWaiver, 'code'>,
  covered: readonly (CheckResult | undefined)[],
): string | undefined {
  if (covered.length === 0) return 'no check matches it';
  const failures = covered.filter(
    (each) => each?.status === 'fail' || (each?.status === 'waived' && !each.blockedBy),
  );
  const [first] = failures;
  if (first && code !== undefined && first.code !== code)
    return `${first.id} fails with ${first.code}, and not ${code}`;
  if (first) return 'another waiver accepts the failure';
  if (!covered.every((each) => each?.status === 'pass')) return undefined;
  return covered.length === 1
    ? 'the check passes again'
    : `each of the ${covered.length} checks passes again`;
}

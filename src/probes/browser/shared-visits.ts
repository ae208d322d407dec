import type { BrowserVisit } from '../../check/probes.ts';

/** The visits of one run, by page. Cleared when a service is stopped or started: then there is something else to see. */
export type SharedVisits = Map<string, { beganMs: number; visit: Promise<BrowserVisit> }>;

/**
 * Checks that look at the same page look at one visit. A check that is tried again, because what it saw was wrong, gets
 * one that began after its attempt did: its own, or that of another such.
 */
export function sharedVisit(
  visits: SharedVisits,
  { key, attempt, startedMs }: { key: string; attempt: number; startedMs: number },
  visit: () => Promise<BrowserVisit>,
): Promise<BrowserVisit> {
  const known = visits.get(key);
  if (known && (attempt === 1 || known.beganMs >= startedMs)) return known.visit;
  const fresh = { beganMs: performance.now(), visit: visit() };
  visits.set(key, fresh);
  return fresh.visit;
}

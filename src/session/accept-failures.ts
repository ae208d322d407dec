import { userInfo } from 'node:os';
import type { Check } from '../check/define-check.ts';
import type { RunResult, Waiver } from '../check/result.ts';
import { originOf } from '../config/origin.ts';
import type { Project } from '../config/project.ts';
import { endOfWaiver } from '../config/waivers.ts';
import { addWaivers } from '../config/waivers-file.ts';
import { type Acceptance, joinAcceptances } from '../engine/acceptance.ts';
import { acceptByWaivers } from '../engine/waivers.ts';

/** A waiver for each failure of a run that has none. */
export interface NewWaivers {
  reason: string;
  /** Default: the user of the process. */
  owner?: string | undefined;
  /** A date or a date and time. */
  until: string;
}

/** Returns what accepts the failures of a run: the waivers of the project, then `others`, then the new waivers. */
export function acceptanceOf(
  { config, origins, redact }: Project,
  checks: readonly Check[],
  { others = [], newWaiver }: { others?: readonly Acceptance[]; newWaiver?: Waiver | undefined },
): Acceptance {
  const waivers = config.waivers.map((waiver, at) => ({
    ...waiver,
    reason: redact(waiver.reason),
    owner: redact(waiver.owner),
    where: originOf(origins, `waivers.${at}`).text,
    endsAt: endOfWaiver(waiver.until) ?? 0,
  }));
  const added: Acceptance[] = newWaiver ? [acceptRequired(newWaiver)] : [];
  return joinAcceptances([acceptByWaivers(waivers, checks, Date.now()), ...others, ...added]);
}

/** An advisory failure fails no run, and needs no waiver. */
function acceptRequired(waiver: Waiver): Acceptance {
  return { find: ({ level }) => (level === 'required' ? { waiver } : undefined), findUnneeded: () => [] };
}

/** Returns the waiver that `--waive-failures` gives to each failure. */
export function toWaiver({ reason, owner, until }: NewWaivers, redact: (text: string) => string): Waiver {
  return { reason: redact(reason), owner: redact(owner ?? nameOfUser()), until };
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user without a name.
    return process.env.USER ?? 'unknown';
  }
}

/**
 * Writes the new waivers of a run to the file of the project; returns a note for the user. Throws a `Fault` if the file
 * cannot be written or added to. A run that ended early writes none: its failures may be those of the end.
 */
export function saveNewWaivers(root: string, { checks, endedBy }: RunResult, waiver: Waiver): string {
  const own = checks.filter((check) => check.waiver === waiver && check.blockedBy === undefined);
  if (own.length === 0) return 'no failure needed a new waiver, and none was written';
  if (endedBy) return `no waiver was written: the run was ended by ${endedBy}`;
  const entries = own.map(({ id, code }) => ({ check: id, ...(code && { code }), ...waiver }));
  const file = addWaivers(root, entries);
  return `${own.length === 1 ? 'a waiver was' : `${own.length} waivers were`} added to ${file}`;
}

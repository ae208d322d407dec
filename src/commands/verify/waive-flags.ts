import { parseDuration } from '../../base/duration.ts';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { endOfWaiver } from '../../config/waivers.ts';
import type { NewWaivers } from '../../session/accept-failures.ts';

export interface WaiveFlags {
  waiveFailures?: boolean;
  until?: string;
  reason?: string;
  owner?: string;
}

/** Returns what `--waive-failures` writes; `undefined` without it. Throws a `Fault` (2) for an end or a reason that is missing or wrong. */
export function newWaiversOf(flags: WaiveFlags, now = Date.now()): NewWaivers | undefined {
  const { waiveFailures, until, reason, owner } = flags;
  if (!waiveFailures) {
    const [alone] = (['until', 'reason', 'owner'] as const).filter((name) => flags[name] !== undefined);
    if (alone) throw usage(`--${alone} belongs to --waive-failures`);
    return undefined;
  }
  const end = until === undefined ? undefined : dateOf(until, now);
  const problems = [
    until === undefined && '--until is missing: a date (2026-12-24) or a time from now (2w)',
    until !== undefined &&
      end === undefined &&
      '--until is neither a date (2026-12-24) nor a time from now (2w, 30d)',
    end !== undefined && (endOfWaiver(end) ?? 0) <= now && '--until is in the past',
    !reason?.trim() && '--reason is missing',
    owner !== undefined && owner.trim() === '' && '--owner is empty',
  ].filter((problem) => problem !== false);
  const [first, ...others] = problems;
  if (first) throw usage(first, others);
  return { reason: (reason as string).trim(), owner: owner?.trim(), until: end as string };
}

/** Returns the date after this time, else a date as it is written. */
function dateOf(text: string, now: number): string | undefined {
  if (endOfWaiver(text) !== undefined) return text;
  const ms = /[a-z]$/.test(text) ? parseDuration(text) : undefined;
  const end = new Date(now + (ms ?? Number.NaN));
  return Number.isNaN(end.getTime()) ? undefined : end.toISOString().slice(0, 10);
}

function usage(message: string, details: readonly string[] = []): Fault {
  return new Fault({
    code: 'bad-waiver',
    message,
    details,
    hint: 'meatymusic verify --waive-failures --until 2w --reason "…"',
    exitCode: ExitCode.usage,
  });
}

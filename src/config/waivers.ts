import { described, strictMap, v } from '../base/schema.ts';

const words = v.pipe(v.string(), v.trim(), v.minLength(1));

/** One waiver as it is written. Each has a reason, an owner and an end. */
const waiverSchema = strictMap({
  check: described(words, 'ID, area or glob of the checks: api/health, cors, web/*'),
  service: v.optional(described(words, 'Only of this service')),
  code: v.optional(described(words, 'Only failures with this code')),
  reason: described(words, 'Why the failure is accepted'),
  owner: described(words, 'Who removes the waiver'),
  until: described(
    v.pipe(
      v.string(),
      v.trim(),
      v.check(
        (text) => endOfWaiver(text) !== undefined,
        'is not a date (write 2026-12-24, which is included, or 2026-12-24T18:00:00Z)',
      ),
    ),
    'Last day, or a date and time; UTC',
  ),
});

export const waiversSchema = v.array(waiverSchema);

/** A waiver of the configuration or of its file. */
export type WaiverSetting = v.InferOutput<typeof waiverSchema>;

const dayMs = 86_400_000;

/**
 * Returns the epoch milliseconds at which a waiver ends: the end of the day, or the moment itself. A time without a zone
 * is UTC. `undefined`: not a date.
 */
export function endOfWaiver(until: string): number | undefined {
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(
    until,
  );
  if (!parts) return undefined;
  const [, date, time, zone = 'Z'] = parts;
  const midnight = new Date(`${date}T00:00:00Z`);
  // `Date` turns 2026-02-30 into 2026-03-02.
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== date) return undefined;
  if (time === undefined) return midnight.getTime() + dayMs;
  const moment = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(moment) ? undefined : moment;
}

import { described, strictMap, v } from '../base/schema.ts';

const about = (description: string) => described(v.string(), description);
const maybe = (description: string) => v.optional(about(description));

export const waiverSchema = strictMap({
  reason: about('Why the failure is accepted'),
  owner: about('Who is responsible for it'),
  until: about('Last moment: a date, which is included, or a date and time; UTC'),
});

const placed = {
  check: about('ID, area or glob of the waiver'),
  service: maybe('Service of the waiver'),
  code: maybe('Code of the waiver'),
  ...waiverSchema.entries,
  where: about('File and line of the waiver'),
};

export const unusedWaiverSchema = strictMap({
  ...placed,
  why: about('Why it matched no failure: no such check, the check passes, another code'),
});

/** A waiver that no failure of a part of a run needed: all parts together decide whether it is unused. */
export const unneededWaiverSchema = strictMap({
  ...placed,
  hasEnded: described(v.boolean(), 'True if the end of the waiver was before the run'),
  covers: described(v.array(v.string()), 'IDs of the checks that the waiver matches'),
});

import { describe, expect, it } from 'vitest';
import { newWaiversOf } from './waive-flags.ts';

const now = Date.parse('2026-06-01T12:00:00Z');
const given = { waiveFailures: true, reason: 'ticket 12', owner: 'ana' };

describe('--waive-failures', () => {
  it.each([
    ['2w', '2026-06-15'],
    ['30d', '2026-07-01'],
    ['2026-12-24', '2026-12-24'],
    ['2026-06-01', '2026-06-01'],
    ['2026-12-24T18:00:00Z', '2026-12-24T18:00:00Z'],
  ])('takes the end %s for %s', (until, end) => {
    expect(newWaiversOf({ ...given, until }, now)).toEqual({ reason: 'ticket 12', owner: 'ana', until: end });
  });

  it.each([
    [{ ...given, until: 'soon' }, '--until is neither a date (2026-12-24) nor a time from now (2w, 30d)'],
    [{ ...given, until: '14' }, '--until is neither a date (2026-12-24) nor a time from now (2w, 30d)'],
    [{ ...given, until: '2026-05-31' }, '--until is in the past'],
    [{ ...given, until: '2w', reason: ' ' }, '--reason is missing'],
    [{ waiveFailures: true }, '--until is missing: a date (2026-12-24) or a time from now (2w)'],
    [{ until: '2w' }, '--until belongs to --waive-failures'],
  ])('refuses %j', (flags, message) => {
    expect(() => newWaiversOf(flags, now)).toThrow(expect.objectContaining({ message, exitCode: 2 }));
  });
});

const iso =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|UTC|[+-]\d\d:?\d\d|[+-]\d\d)?/i;

/** Parses a time of a log to epoch milliseconds. A time without a zone is UTC. */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'number') return epochMs(value);
  if (typeof value === 'object' && value !== null) return objectTime(value as Record<string, unknown>);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d{9,19}(\.\d+)?$/.test(text)) return epochMs(Number(text));
  return parseIsoTime(text);
}

export function parseIsoTime(text: string): number | undefined {
  const match = iso.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const ms = Date.UTC(+year!, +month! - 1, +day!, +hour!, +minute!, +(second ?? 0));
  if (!inCalendar(+month!, +day!, +hour!, +minute!, +(second ?? 0))) return undefined;
  return ms + (fraction ? Number(`0.${fraction}`) * 1000 : 0) - zoneOffsetMs(zone);
}

/** Converts seconds, milliseconds, microseconds or nanoseconds, distinguished by magnitude (from 1990 on). */
export function epochMs(value: number): number | undefined {
  if (!Number.isFinite(value) || value < 1e8) return undefined;
  if (value < 6e10) return value * 1000;
  if (value < 6e13) return value;
  if (value < 6e16) return value / 1000;
  return value / 1e6;
}

/** Of Google's timestamp, of Loguru, and of MongoDB. */
function objectTime({ seconds, nanos, timestamp, $date }: Record<string, unknown>): number | undefined {
  if (typeof timestamp === 'number') return epochMs(timestamp);
  if (typeof $date === 'string') return parseTime($date);
  if (typeof seconds !== 'number' && typeof seconds !== 'string') return undefined;
  return Number(seconds) * 1000 + (typeof nanos === 'number' ? nanos / 1e6 : 0);
}

function inCalendar(month: number, day: number, hour: number, minute: number, second: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 24 && minute < 60 && second <= 60;
}

function zoneOffsetMs(zone: string | undefined): number {
  if (!zone || !/^[+-]/.test(zone)) return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0);
  return (zone[0] === '-' ? -minutes : minutes) * 60_000;
}

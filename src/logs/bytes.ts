const day = 86_400_000;

/** Digits with an optional fraction; anything else as JavaScript has it. */
export function numberAt(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (digit < 0 || digit > 9) return Number(bytes.toString('latin1', start, end));
    value = value * 10 + digit;
  }
  return value;
}

/** `2026-01-02T03:04:05` with fraction and `Z`, or `undefined` where it is written otherwise. */
export function isoAt(bytes: Buffer, start: number, end: number): number | undefined {
  if (end - start < 20 || bytes[end - 1] !== 90 || bytes[start + 10] !== 84) return undefined;
  const year = digitsAt(bytes, start, 4);
  const month = digitsAt(bytes, start + 5, 2);
  const date = digitsAt(bytes, start + 8, 2);
  const hour = digitsAt(bytes, start + 11, 2);
  const minute = digitsAt(bytes, start + 14, 2);
  const second = digitsAt(bytes, start + 17, 2);
  if ((year | month | date | hour | minute | second) < 0 || month < 1 || month > 12 || date < 1 || date > 31)
    return undefined;
  if (hour > 24 || minute > 59 || second > 60) return undefined;
  let fraction = 0;
  let scale = 100;
  for (let at = start + 20; at < end - 1; at++) {
    const digit = bytes[at]! - 48;
    if (digit < 0 || digit > 9) return undefined;
    fraction += digit * scale;
    scale /= 10;
  }
  return daysFromCivil(year, month, date) * day + ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
}

function digitsAt(bytes: Buffer, start: number, count: number): number {
  let value = 0;
  for (let at = start; at < start + count; at++) {
    const digit = bytes[at]! - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Days since 1970-01-01 in the Gregorian calendar; years begin in March, so that leap days come last. */
function daysFromCivil(year: number, month: number, date: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + date - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}

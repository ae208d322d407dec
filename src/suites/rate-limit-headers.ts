/** The state of a limit as the headers of a response name it. */
export interface AnnouncedLimit {
  /** Requests of a window; the smallest of several policies. */
  limit?: number;
  /** Requests that are left. */
  remaining?: number;
  /** Seconds until there are more. */
  resetSeconds?: number;
}

type Headers = Readonly<Record<string, string>>;

/**
 * Returns the limit that a response names: in `RateLimit` and `RateLimit-Policy` of the current draft
 * (`"default";r=50;t=30`) or of an earlier one (`limit=100, remaining=50, reset=30`), in `RateLimit-Limit`, or in
 * `X-RateLimit-Limit` and so on.
 */
export function announcedLimit(headers: Headers): AnnouncedLimit {
  const state = headers.ratelimit ?? '';
  const policy = headers['ratelimit-policy'] ?? '';
  const named = (name: string) => headers[`ratelimit-${name}`] ?? headers[`x-ratelimit-${name}`] ?? '';
  return {
    ...field('limit', [
      ...parameters(policy, 'q'),
      ...parameters(state, 'limit'),
      ...leading(named('limit')),
    ]),
    ...field('remaining', [
      ...parameters(state, 'r'),
      ...parameters(state, 'remaining'),
      ...leading(named('remaining')),
    ]),
    ...field('resetSeconds', [
      ...parameters(state, 't'),
      ...parameters(state, 'reset'),
      ...leading(named('reset')).filter((value) => value < epochSeconds),
    ]),
  };
}

/** Larger values are a time and no length of time. */
const epochSeconds = 1_000_000_000;

function field<Name extends keyof AnnouncedLimit>(name: Name, found: number[]): AnnouncedLimit {
  return found.length > 0 ? { [name]: Math.min(...found) } : {};
}

/** Values of a parameter in a list of structured fields: `"a";q=10;w=1, "b";q=5`. */
function parameters(header: string, name: string): number[] {
  const pattern = new RegExp(`(?:^|[;,\\s])${name}\\s*=\\s*"?(\\d+)`, 'gi');
  return [...header.replace(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(pattern)].map(([, value]) => Number(value));
}

/** The number at the start: `100`, `100;w=60`. */
function leading(header: string): number[] {
  const value = /^\s*(\d+)/.exec(header)?.[1];
  return value === undefined ? [] : [Number(value)];
}

const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const time = '\\d\\d:\\d\\d:\\d\\d';
/** The three forms of RFC 9110, 5.6.7. */
const httpDates = [
  new RegExp(`^${day}, \\d\\d ${month} \\d{4} ${time} GMT$`),
  new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \\d\\d-${month}-\\d\\d ${time} GMT$`),
  new RegExp(`^${day} ${month} [ \\d]\\d ${time} \\d{4}$`),
];

const longestSeconds = 32 * 86_400;
/** How far the clock of the service may be behind. */
const clockSkewSeconds = 60;

/** Returns the seconds of a `Retry-After` (RFC 9110, 10.2.3), or what is wrong with it. */
export function retryAfterSeconds(
  header: string,
  nowMs: number,
  { resetSeconds }: AnnouncedLimit = {},
): { seconds: number; problem?: undefined } | { problem: string; seconds?: undefined } {
  const text = header.trim();
  const isDate = httpDates.some((pattern) => pattern.test(text));
  if (!isDate && !/^\d+$/.test(text)) {
    return { problem: 'it is neither a whole number of seconds nor an HTTP date' };
  }
  const date = Date.parse(/GMT$/.test(text) ? text : `${text} GMT`);
  const seconds = isDate ? (date - nowMs) / 1000 : Number(text);
  if (Number.isNaN(seconds)) return { problem: 'it is no date' };
  if (seconds < -clockSkewSeconds) return { problem: 'the date is in the past' };
  if (seconds > longestSeconds) {
    return { problem: `it is ${Math.round(seconds)} s from now; is it a time stamp?` };
  }
  if (resetSeconds !== undefined && seconds >= 100 && seconds >= resetSeconds * 100 && resetSeconds > 0) {
    return { problem: `the limit is reset in ${resetSeconds} s; is it in milliseconds?` };
  }
  return { seconds: Math.max(0, seconds) };
}

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export const levels: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

const words: Record<string, Level> = {
  trace: 'trace',
  verbose: 'trace',
  silly: 'trace',
  finest: 'trace',
  finer: 'trace',
  all: 'trace',
  debug: 'debug',
  fine: 'debug',
  config: 'debug',
  default: 'info',
  info: 'info',
  log: 'info',
  information: 'info',
  informational: 'info',
  http: 'info',
  notice: 'info',
  ready: 'info',
  start: 'info',
  box: 'info',
  mark: 'info',
  statement: 'info',
  detail: 'info',
  hint: 'info',
  unknown: 'info',
  success: 'info',
  warn: 'warn',
  warning: 'warn',
  err: 'error',
  error: 'error',
  exception: 'error',
  severe: 'error',
  fatal: 'fatal',
  critical: 'fatal',
  crit: 'fatal',
  alert: 'fatal',
  emerg: 'fatal',
  emergency: 'fatal',
  panic: 'fatal',
  dpanic: 'fatal',
};

/** Single letters, OpenTelemetry's `INFO2`, PostgreSQL's `DEBUG1`, and levels between those of slog: `INFO+2`. */
const abbreviated = /^(?:([tdiwefc])|(trace|debug|info|warn|error|fatal)(?:[1-5]|\+\d+|-\d+))$/;
const belowDebug = /^debug-\d+$/;
const letters: Record<string, Level> = {
  t: 'trace',
  d: 'debug',
  i: 'info',
  w: 'warn',
  e: 'error',
  f: 'fatal',
  c: 'fatal',
};

export function levelOfWord(word: string): Level | undefined {
  const lower = word.trim().toLowerCase();
  const known = Object.hasOwn(words, lower) ? words[lower] : undefined;
  if (known) return known;
  if (belowDebug.test(lower)) return 'trace';
  const match = abbreviated.exec(lower);
  return match ? ((match[2] as Level | undefined) ?? letters[match[1]!]) : undefined;
}

/** Numbers of Log4j, Logback and log4js, which are thousands, and of Monolog, which are hundreds. */
const largeNumbers: Record<number, Level> = {
  5000: 'trace',
  10000: 'debug',
  20000: 'info',
  30000: 'warn',
  40000: 'error',
  50000: 'fatal',
  100: 'debug',
  200: 'info',
  250: 'info',
  300: 'warn',
  400: 'error',
  500: 'fatal',
  550: 'fatal',
  600: 'fatal',
};

/** Numbers of pino and bunyan (10–60) and Python (10–50); 30 is pino's info and Python's warning: the shape decides. */
export function levelOfNumber(
  value: number,
  scale: 'pino' | 'python' | 'syslog' | 'otel' | 'large' | 'consola',
): Level | undefined {
  if (!Number.isInteger(value) || value < 0) return undefined;
  switch (scale) {
    case 'pino':
      return value >= 10 && value <= 60 ? levels[Math.floor(value / 10) - 1] : undefined;
    case 'python':
      return value >= 1 && value <= 50 ? levels[Math.max(0, Math.ceil(value / 10))] : undefined;
    case 'syslog':
      return value <= 7
        ? (['fatal', 'fatal', 'fatal', 'error', 'warn', 'info', 'info', 'debug'] as const)[value]
        : undefined;
    case 'large':
      return largeNumbers[value];
    case 'consola':
      return (['error', 'warn', 'info', 'info', 'debug', 'trace'] as const)[value];
    case 'otel':
      return value >= 1 && value <= 24 ? levels[Math.floor((value - 1) / 4)] : undefined;
  }
}

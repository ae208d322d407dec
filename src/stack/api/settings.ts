/** Settings of the API, all from environment variables. */
export interface Settings {
  host: string;
  port: number;
  serviceName: string;
  environment: string;
  log: { level: string; format: 'json' | 'text' };
  database: {
    url: string;
    /** Role for SET LOCAL ROLE in every transaction, so that policies apply to every login; empty: none. */
    role: string;
    poolMax: number;
    /** Longest time to get a connection, and of a statement. */
    timeoutMs: number;
  };
  cache: { url: string; timeoutMs: number; ttlSeconds: number };
  auth: {
    issuer: string;
    audience: string | undefined;
    jwks: string | undefined;
    jwksUrl: string | undefined;
  };
  corsOrigins: string[];
  rateLimit: { enabled: boolean; windowMs: number; max: number; composeMax: number };
  telemetry: {
    disabled: boolean;
    exporters: string | undefined;
    otlpEndpoint: string | undefined;
    otlpDelayMs: number | undefined;
  };
}

/** Error with all problems of the settings. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`settings: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

export function readSettings(env: Environment): Settings {
  const problems: string[] = [];
  const text = (name: string, fallback: string) => env[name]?.trim() || fallback;
  const optional = (name: string) => env[name]?.trim() || undefined;
  const whole = (name: string, fallback: number, { min = 0, max = 2 ** 31 - 1 } = {}) => {
    const value = Number(text(name, String(fallback)));
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    problems.push(`${name} must be a whole number from ${min} to ${max}`);
    return fallback;
  };
  const oneOf = <T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
    const value = text(name, fallback).toLowerCase() as T;
    if (allowed.includes(value)) return value;
    problems.push(`${name} must be one of ${allowed.join(', ')}`);
    return fallback;
  };
  const address = (name: string, fallback: string, protocols: readonly string[]) => {
    const value = text(name, fallback);
    const protocol = URL.canParse(value) ? new URL(value).protocol : '';
    if (!protocols.includes(protocol)) problems.push(`${name} must be a URL with ${protocols.join(' or ')}`);
    return value;
  };
  const settings: Settings = {
    host: text('HOST', '127.0.0.1'),
    port: whole('PORT', 8000, { max: 65_535 }),
    serviceName: text('OTEL_SERVICE_NAME', text('SERVICE_NAME', 'meatymusic-api')),
    environment: text('NODE_ENV', 'development'),
    log: {
      level: oneOf('LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info'),
      format: oneOf('LOG_FORMAT', ['json', 'text'], 'json'),
    },
    database: {
      url: address('DATABASE_URL', 'postgresql://postgres:postgres@localhost:5432/meatymusic', [
        'postgresql:',
        'postgres:',
      ]),
      role: env.DATABASE_APP_ROLE === '' ? '' : text('DATABASE_APP_ROLE', 'meatymusic_app'),
      poolMax: whole('DATABASE_POOL_MAX', 5, { min: 1, max: 100 }),
      timeoutMs: whole('DATABASE_TIMEOUT_MS', 2_000, { min: 50 }),
    },
    cache: {
      url: address('REDIS_URL', 'redis://localhost:6379', ['redis:', 'rediss:']),
      timeoutMs: whole('REDIS_TIMEOUT_MS', 500, { min: 20 }),
      ttlSeconds: whole('CACHE_TTL_SECONDS', 300, { min: 1 }),
    },
    auth: {
      issuer: text('AUTH_ISSUER', 'https://auth.meatymusic.test'),
      audience: optional('AUTH_AUDIENCE'),
      jwks: optional('AUTH_JWKS'),
      jwksUrl: optional('AUTH_JWKS_URL'),
    },
    corsOrigins: text('CORS_ORIGINS', 'http://localhost:3000')
      .split(',')
      .map((origin) => origin.trim().replace(/\/$/, ''))
      .filter(Boolean),
    rateLimit: {
      enabled: oneOf('RATE_LIMIT_ENABLED', ['true', 'false', '1', '0'], 'true') in { true: 1, 1: 1 },
      windowMs: whole('RATE_LIMIT_WINDOW_SECONDS', 10, { min: 1, max: 3_600 }) * 1_000,
      max: whole('RATE_LIMIT_MAX', 300, { min: 1 }),
      composeMax: whole('RATE_LIMIT_COMPOSE_MAX', 20, { min: 1 }),
    },
    telemetry: {
      disabled: optional('OTEL_SDK_DISABLED')?.toLowerCase() === 'true',
      exporters: optional('OTEL_TRACES_EXPORTER'),
      otlpEndpoint: optional('OTEL_EXPORTER_OTLP_ENDPOINT'),
      otlpDelayMs: optional('OTEL_BSP_SCHEDULE_DELAY')
        ? whole('OTEL_BSP_SCHEDULE_DELAY', 250, { min: 1 })
        : undefined,
    },
  };
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { codeOf } from '../base/errors.ts';
import type { Origin } from './origin.ts';
import type { Problem } from './problem.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that gives a setting. */
export interface EnvironmentSetting {
  name: string;
  path: string;
  /** Returns the value of the text, given the value so far. Default: the text. */
  convert?(text: string, current: unknown): unknown;
}

/** The contract's variables and ours. Where two give the same setting, the later one wins. */
export const environmentSettings: readonly EnvironmentSetting[] = [
  { name: 'SERVICE_NAME', path: 'services.api.serviceName' },
  { name: 'OTEL_SERVICE_NAME', path: 'services.api.serviceName' },
  { name: 'NEXT_PUBLIC_API_URL', path: 'services.api.url' },
  { name: 'NEXT_PUBLIC_APP_NAME', path: 'services.web.appName' },
  { name: 'POSTGRES_DB', path: 'services.database.url', convert: withDatabaseName },
  { name: 'DATABASE_URL', path: 'services.database.url' },
  { name: 'REDIS_URL', path: 'services.cache.url' },
  { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', path: 'services.telemetry.otlpEndpoint' },
  { name: 'CHROMIUM_PATH', path: 'browser.path' },
  { name: 'MEATYMUSIC_RUNTIME', path: 'runtime' },
  { name: 'MEATYMUSIC_API_URL', path: 'services.api.url' },
  { name: 'MEATYMUSIC_WEB_URL', path: 'services.web.url' },
  { name: 'MEATYMUSIC_APPLICATION_DATABASE_URL', path: 'services.database.applicationUrl' },
  { name: 'MEATYMUSIC_AUTH_TOKEN', path: 'auth.token' },
  { name: 'MEATYMUSIC_TIMEOUT', path: 'verify.timeout' },
  { name: 'MEATYMUSIC_DEADLINE', path: 'verify.deadline' },
  { name: 'MEATYMUSIC_RETRY_FOR', path: 'verify.retryFor' },
  { name: 'MEATYMUSIC_CONCURRENCY', path: 'verify.concurrency', convert: toNumber },
];

/** Variables of one source: an `.env` file, or the process. */
export interface EnvironmentSource {
  variables: Environment;
  originOf(name: string): Origin;
}

export const envFileNames = ['.env', '.env.local'];

/** The `.env` files of a folder, weakest first. A file that is not there is no problem. */
export function readEnvFiles(root: string): { sources: EnvironmentSource[]; problems: Problem[] } {
  const sources: EnvironmentSource[] = [];
  const problems: Problem[] = [];
  for (const fileName of envFileNames) {
    try {
      const text = readFileSync(path.join(root, fileName), 'utf8').replace(/^\ufeff/, '');
      sources.push({
        variables: parseEnv(text) as Environment,
        originOf: (name) => ({ kind: 'env-file', text: `${fileName}${lineSuffix(text, name)} ${name}` }),
      });
    } catch (error) {
      if (codeOf(error) === 'ENOENT') continue;
      problems.push({ where: fileName, message: `cannot be read (${codeOf(error) ?? 'unknown error'})` });
    }
  }
  return { sources, problems };
}

export function processEnvironment(variables: Environment): EnvironmentSource {
  return { variables, originOf: (name) => ({ kind: 'environment', text: name }) };
}

function lineSuffix(text: string, name: string): string {
  const lines = text.split('\n');
  // The last one wins, as in a shell.
  const index = lines.findLastIndex((line) => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`).test(line));
  return index === -1 ? '' : `:${index + 1}`;
}

function withDatabaseName(name: string, current: unknown): unknown {
  if (typeof current !== 'string') return current;
  return current.replace(/^([a-z0-9+]+:\/\/[^/?#]*)(?:\/[^?#]*)?/i, `$1/${encodeURIComponent(name)}`);
}

function toNumber(text: string): unknown {
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? text : number;
}

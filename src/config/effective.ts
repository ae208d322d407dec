import { formatDuration } from '../base/duration.ts';
import { isPlainObject } from '../base/plain-object.ts';
import { isSecretName } from '../base/secret-names.ts';
import { maskUrl } from '../base/secret-places.ts';
import { type Origin, type Origins, originOf } from './origin.ts';
import type { Config } from './schema.ts';
import { lastKey, leavesOf } from './settings.ts';

/** A setting with secrets masked. */
export interface EffectiveSetting {
  path: string;
  /** Masked; JSON. */
  value: unknown;
  origin: Origin;
}

/** Returns every setting that has a value, in the order of the schema, secrets masked. */
export function effectiveSettings(config: Config, origins: Origins): EffectiveSetting[] {
  return (
    [...leavesOf(config)]
      // Those of the environment in force are merged into the others.
      .filter(([path, value]) => value !== undefined && !path.startsWith('environments'))
      .map(([path, value]) => ({ path, value: maskedValue(path, value), origin: originOf(origins, path) }))
  );
}

/** The value on one line: durations with their unit, lists and objects as JSON. */
export function settingText({ path, value }: EffectiveSetting): string {
  if (typeof value === 'number' && isDuration(path)) return formatDuration(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The value without secrets: by the name of its path, and in addresses. */
export function maskedValue(path: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((child) => maskedValue(path, child));
  if (isPlainObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [key, maskedValue(`${path}.${key}`, child)]),
    );
  }
  if (isSecretName(lastKey(path)) && value !== '' && typeof value !== 'boolean') return '*****';
  return typeof value === 'string' ? maskUrl(value) : value;
}

function isDuration(path: string): boolean {
  return (
    /(^up|^verify|^migrations)\.(timeout|deadline|stableFor|retryFor|lockTimeout)$/.test(path) ||
    /^services\.[^.]+\.start\.(ready\.timeout|stop\.grace)$/.test(path)
  );
}

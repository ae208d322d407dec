import { parseDuration } from '../base/duration.ts';
import type { Config } from './schema.ts';
import { isPlainObject } from './settings.ts';

/** JSON Schema of the configuration without descriptions, which the build puts here; absent in the source. */
declare const __CONFIG_SHAPE__: string | undefined;

/** The part of JSON Schema that the configuration is made of. */
export interface Shape {
  type?: string;
  default?: unknown;
  enum?: readonly unknown[];
  minLength?: number;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  items?: Shape;
  anyOf?: readonly Shape[];
  properties?: Readonly<Record<string, Shape>>;
  additionalProperties?: Shape | boolean;
  required?: readonly string[];
  propertyNames?: Shape;
}

let shape: Shape | undefined;

/**
 * The configuration that these settings make, where that is plain to see; else `undefined`, and the schema has to judge.
 * It never judges otherwise than the schema: only slower would be worse. Loading zod and building the schema would take
 * half the time of a short command.
 */
export function quickConfig(settings: unknown): Config | undefined {
  if (typeof __CONFIG_SHAPE__ !== 'string') return undefined;
  shape ??= JSON.parse(__CONFIG_SHAPE__) as Shape;
  return quickly(shape, settings) as Config | undefined;
}

/** The value with its defaults, or `undefined` when in doubt. */
export function quickly(shape: Shape, given: unknown): unknown {
  const value = given === undefined ? shape.default : given;
  if (value === undefined || Object.keys(shape).some((keyword) => !known.has(keyword))) return undefined;
  if (shape.anyOf) return ofForms(shape.anyOf, value);
  if (shape.enum) return shape.enum.includes(value) ? value : undefined;
  switch (shape.type) {
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'integer':
      return Number.isSafeInteger(value) && isWithin(shape, value as number) ? value : undefined;
    case 'string':
      return typeof value === 'string' && isPlainText(shape, value) ? value : undefined;
    case 'array':
      return Array.isArray(value) ? list(shape, value) : undefined;
    case 'object':
      return isPlainObject(value) ? object(shape, value) : undefined;
    default:
      return shape.type === undefined ? value : undefined;
  }
}

const known = new Set<string>([
  ...['type', 'default', 'enum', 'minLength', 'pattern', 'format', 'minimum', 'maximum', 'items', 'anyOf'],
  ...['properties', 'additionalProperties', 'required', 'propertyNames', '$schema'],
]);

function ofForms(forms: readonly Shape[], value: unknown): unknown {
  const types = forms.map(({ type }) => type).join();
  // A duration: the only thing that is written as a text or as a number.
  if (types === 'string,number') return typeof value === 'string' ? parseDuration(value) : undefined;
  for (const form of forms) {
    const made = quickly(form, value);
    if (made !== undefined) return made;
  }
  return undefined;
}

function isWithin(
  { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }: Shape,
  value: number,
): boolean {
  return value >= minimum && value <= maximum;
}

function isPlainText({ minLength = 0, pattern, format }: Shape, value: string): boolean {
  if (value.length < minLength) return false;
  // The schema takes the driver out of `postgresql+asyncpg://`.
  if (pattern !== undefined && (!new RegExp(pattern).test(value) || /^\w+\+/.test(value))) return false;
  return format === undefined || (format === 'uri' && plainUrl.test(value) && URL.canParse(value));
}

const plainUrl = /^https?:\/\/[a-z0-9.-]+(:\d{1,5})?(\/[\w./-]*)?$/;

function list({ items = {} }: Shape, value: readonly unknown[]): unknown {
  const made = value.map((each) => quickly(items, each));
  return made.includes(undefined) ? undefined : made;
}

function object({ properties, additionalProperties, required = [] }: Shape, value: Record<string, unknown>) {
  const result: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) {
    if (properties && Object.hasOwn(properties, name)) continue;
    const made = isPlainObject(additionalProperties) ? quickly(additionalProperties, each) : undefined;
    if (made === undefined) return undefined;
    result[name] = made;
  }
  for (const [name, each] of Object.entries(properties ?? {})) {
    const isGiven = Object.hasOwn(value, name);
    if (!isGiven && each.default === undefined) {
      if (required.includes(name)) return undefined;
      continue;
    }
    if (isGiven && value[name] === undefined) return undefined;
    const made = quickly(each, value[name]);
    if (made === undefined) return undefined;
    result[name] = made;
  }
  return result;
}

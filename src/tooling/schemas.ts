/** The schemas that are published, each under `meatymusic/schema/<name>.schema.json`. */
import { toJsonSchema } from '@valibot/to-json-schema';
import { z } from 'zod';
import type { v } from '../base/schema.ts';
import type { CheckOptions } from '../check/option.ts';
import { configSchema } from '../config/schema.ts';
import { checksFileSchema } from '../declare/schema.ts';
import { resultSchema } from '../reporters/result-schema.ts';

export function schemas(): Record<string, object> {
  return {
    config: { title: 'Configuration of meatymusic', ...z.toJSONSchema(configSchema, { io: 'input' }) },
    checks: {
      title: 'Declared checks of meatymusic',
      $schema: 'http://json-schema.org/draft-07/schema#',
      ...jsonSchema(checksFileSchema),
    },
    result: { title: 'Result document of meatymusic verify', ...z.toJSONSchema(resultSchema) },
  };
}

/** The options of one check; a schema of another library than ours takes anything. */
export function optionsSchema(options: CheckOptions): object {
  const properties = Object.entries(options).map(([name, { schema, default: fallback, description }]) => [
    name,
    {
      ...('kind' in schema ? jsonSchema(schema as unknown as v.GenericSchema) : {}),
      description,
      ...(fallback === undefined ? {} : { default: fallback }),
    },
  ]);
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}

/** What people write, as JSON Schema; what JSON cannot say, like being finite, is left out. */
function jsonSchema(schema: v.GenericSchema, definitions: Record<string, v.GenericSchema> = {}): object {
  const { $schema: _, ...made } = toJsonSchema(schema, {
    typeMode: 'input',
    errorMode: 'ignore',
    definitions,
  });
  return made;
}

/** The configuration's schema as `src/config/quick.ts` reads it: what people are told of a setting left out. */
export function configShape(): object {
  return z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      delete jsonSchema.description;
    },
  });
}

/** The schemas that are published, each under `meatymusic/schema/<name>.schema.json`. */
import { toJsonSchema } from '@valibot/to-json-schema';
import type { v } from '../base/schema.ts';
import type { CheckOptions } from '../check/option.ts';
import { resultSchema } from '../check/result-schema.ts';
import { configSchema } from '../config/schema.ts';
import { checksFileSchema } from '../declare/schema.ts';

export function schemas(): Record<string, object> {
  return {
    config: published('Configuration of meatymusic', configSchema),
    checks: published('Declared checks of meatymusic', checksFileSchema),
    result: published('Result document of meatymusic verify', resultSchema),
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

function published(title: string, schema: v.GenericSchema): object {
  return { title, $schema: 'https://json-schema.org/draft/2020-12/schema', ...jsonSchema(schema) };
}

/** What people write, as JSON Schema. Throws where JSON has no word for something else than the actions named here. */
function jsonSchema(schema: v.GenericSchema): object {
  const { $schema: _, ...made } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    ignoreActions: ['check', 'finite', 'trim'],
    overrideSchema: ({ jsonSchema }) => {
      const { required, ...rest } = jsonSchema;
      return required?.length === 0 ? rest : undefined;
    },
  });
  return made;
}

/** Published schemas, each under `meatymusic/schema/<name>.schema.json`. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import type { v } from '../base/schema.ts';
import type { CheckDefinition } from '../check/define-check.ts';
import type { CheckOptions } from '../check/option.ts';
import { configSchema } from '../config/schema.ts';
import { resultSchema } from '../services/result-schema.ts';
import { builtInChecks } from '../sources/built-in-checks.ts';
import { checksFileSchema } from '../sources/declared/schema.ts';

/** Writes the schemas. The one of the configuration has the options of every built-in check, so that editors complete them. */
export async function writeSchemas(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, schema] of Object.entries(await schemaDocuments())) {
    await writeFile(path.join(folder, `${name}.schema.json`), `${JSON.stringify(schema)}\n`);
  }
}

/** Returns the published schemas by their names. */
export async function schemaDocuments(): Promise<Record<'config' | 'checks' | 'result', object>> {
  return {
    config: await configSchemaDocument(),
    checks: published('Declared checks of meatymusic', checksFileSchema),
    result: published('Result document of meatymusic verify', resultSchema),
  };
}

/** Returns the schema of the configuration, with the options of every built-in check. */
export async function configSchemaDocument(): Promise<object> {
  const config = published('Configuration of meatymusic', configSchema);
  Object.assign((config as ObjectSchema).properties.options ?? {}, { properties: await optionSchemas() });
  describeEnvironments(config as ObjectSchema);
  return config;
}

/** An environment has the settings of the file; a service of it may leave out what the file says, its kind included. */
function describeEnvironments({ properties }: ObjectSchema): void {
  const { environments, $schema: _, ...settings } = properties;
  const references = Object.keys(settings).map((name) => [name, { $ref: `#/properties/${name}` }]);
  const services = {
    description: 'Settings of services that differ in this environment, by name',
    type: 'object',
    additionalProperties: { type: 'object' },
  };
  Object.assign(environments ?? {}, {
    additionalProperties: {
      type: 'object',
      properties: { ...Object.fromEntries(references), services },
      additionalProperties: false,
    },
  });
}

interface ObjectSchema {
  properties: Record<string, object>;
}

/** Returns the options of each check by its ID. */
async function optionSchemas(): Promise<Record<string, object>> {
  const properties: Record<string, object> = {};
  for (const [name, load] of Object.entries(await builtInChecks()).sort()) {
    const { default: check } = (await load()) as { default?: CheckDefinition };
    if (!check?.options) continue;
    properties[name.replace(/\.ts$/, '')] = { description: check.title, ...optionsSchema(check.options) };
  }
  return properties;
}

/** Returns the schema of the options of one check; a schema of another library accepts any value. */
function optionsSchema(options: CheckOptions): object {
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

/** Returns the JSON Schema of the input of a schema. Throws for an action that JSON Schema cannot express and that is not named here. */
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

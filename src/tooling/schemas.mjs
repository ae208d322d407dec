/**
 * Writes the published JSON Schemas from the schemas that the program itself uses. The one of the configuration
 * knows the options of every built-in check, so that editors complete them.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** The module of the schemas, from its source. */
export async function loadSchemas({ root, out, common }) {
  const bundle = path.join(out, 'schemas.tmp.mjs');
  await build({ ...common, entryPoints: [path.join(root, 'src/tooling/schemas.ts')], outfile: bundle });
  try {
    return await import(pathToFileURL(bundle).href);
  } finally {
    await rm(bundle);
  }
}

export async function writeSchemas({ out, schemas, optionsSchema }) {
  const folder = path.join(out, 'schema');
  await mkdir(folder, { recursive: true });
  const made = schemas();
  Object.assign(made.config.properties.options, { properties: await optionSchemas(out, optionsSchema) });
  for (const [name, schema] of Object.entries(made)) {
    await writeFile(path.join(folder, `${name}.schema.json`), `${JSON.stringify(schema, null, 2)}\n`);
  }
}

/** By check id: what the check's file declares, from the bundle that is shipped. */
async function optionSchemas(out, optionsSchema) {
  const properties = {};
  const { builtInChecks } = createRequire(import.meta.url)(path.join(out, 'cli.cjs'));
  for (const [name, load] of Object.entries(await builtInChecks())) {
    const { default: check } = await load();
    if (!check?.options) continue;
    const id = name.replace(/\.ts$/, '');
    properties[id] = { description: check.title, ...optionsSchema(check.options) };
  }
  return properties;
}

/**
 * Writes the published JSON Schemas from the zod schemas that the program itself uses. The one of the configuration
 * knows the options of every built-in check, so that editors complete them.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export async function writeSchemas({ root, out, common }) {
  const folder = path.join(out, 'schema');
  const bundle = path.join(out, 'schemas.tmp.mjs');
  await mkdir(folder, { recursive: true });
  await build({ ...common, entryPoints: [path.join(root, 'src/tooling/schemas.ts')], outfile: bundle });
  const { schemas } = await import(pathToFileURL(bundle).href);
  const made = schemas();
  Object.assign(made.config.properties.options, { properties: await optionSchemas(out) });
  for (const [name, schema] of Object.entries(made)) {
    await writeFile(path.join(folder, `${name}.schema.json`), `${JSON.stringify(schema, null, 2)}\n`);
  }
  await rm(bundle);
}

/** By check id: what the check's file declares, from the bundle that is shipped. */
async function optionSchemas(out) {
  const { z } = await import(pathToFileURL(path.join(out, 'index.js')).href);
  const checks = path.join(out, 'checks');
  const names = (await readdir(checks, { recursive: true })).filter((name) => name.endsWith('.js')).sort();
  const properties = {};
  for (const name of names) {
    const { default: check } = await import(pathToFileURL(path.join(checks, name)).href);
    if (!check?.options) continue;
    const { $schema: _, ...schema } = z.toJSONSchema(check.options, { io: 'input', unrepresentable: 'any' });
    const id = name.replaceAll('\\', '/').replace(/\.js$/, '');
    properties[id] = { description: check.title, ...schema, additionalProperties: false };
  }
  return properties;
}

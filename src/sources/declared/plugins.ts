import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../base/errors.ts';
import { importFile } from '../../base/import-file.ts';
import { trustFrom } from '../../base/trust.ts';
import type { Check, CheckDefinition } from '../../check/define-check.ts';

/**
 * Loads the checks of an npm package: its default export, or its export `checks`, is a map from `<area>/<name>` to a
 * definition. The package is resolved from the project, never installed.
 */
export async function loadPlugin(name: string, root: string, problems: string[]): Promise<Check[]> {
  let loaded: Record<string, unknown>;
  try {
    loaded = await importFile(pathToFileURL(entryOf(name, root)).href);
  } catch (error) {
    problems.push(`plugin ${name}: ${messageOf(error).split('\n')[0]}`);
    return [];
  }
  const exported = (loaded.checks ??
    (loaded.default as Record<string, unknown> | undefined)?.checks ??
    loaded.default) as unknown;
  if (typeof exported !== 'object' || exported === null || Object.keys(exported).length === 0) {
    problems.push(`plugin ${name}: exports no "checks" ({ '<area>/<name>': defineCheck({ … }) })`);
    return [];
  }
  const checks: Check[] = [];
  for (const [id, definition] of Object.entries(exported as Record<string, unknown>)) {
    const problem = problemOf(id, definition);
    if (problem) problems.push(`plugin ${name}: ${id}: ${problem}`);
    else checks.push({ ...(definition as CheckDefinition), id, source: name, isBounded: false });
  }
  return checks;
}

function problemOf(id: string, definition: unknown): string | undefined {
  if (!/^[\w.-]+(\/[\w.-]+)+$/.test(id)) return 'an id is <area>/<name>';
  if (typeof definition !== 'object' || definition === null) return 'is no definition of a check';
  const { title, failureTitle, why, needs, codes, run } = definition as Record<string, unknown>;
  if (typeof run !== 'function') return 'has no run()';
  if (!Array.isArray(needs)) return 'has no list "needs"';
  if (typeof codes !== 'object' || codes === null) return 'has no "codes"';
  for (const [field, value] of Object.entries({ title, failureTitle, why })) {
    if (typeof value !== 'string' || value === '') return `has no ${field}`;
  }
  return undefined;
}

/** The file that `import` would load, `exports` included; a package that has no CommonJS entry is found as well. */
function entryOf(name: string, root: string): string {
  const require = createRequire(path.join(root, 'package.json'));
  if (name.startsWith('.') || path.isAbsolute(name)) return require.resolve(name);
  refusePlanted(name, root);
  try {
    return require.resolve(name);
  } catch (error) {
    for (let folder = path.resolve(root); ; folder = path.dirname(folder)) {
      const manifest = path.join(folder, 'node_modules', name, 'package.json');
      if (existsSync(manifest)) return fromManifest(manifest);
      if (folder === path.dirname(folder)) {
        const near = existsSync(path.join(root, 'node_modules'))
          ? readdirSync(path.join(root, 'node_modules')).filter((each) =>
              each.startsWith('meatymusic-plugin'),
            )
          : [];
        const hint = near.length > 0 ? `; installed: ${near.join(', ')}` : `; npm install --save-dev ${name}`;
        throw new Error(`is not installed in ${root}${hint}`, { cause: error });
      }
    }
  }
}

/** Node.js looks in every folder above; in one that other users can write to, the package may be anybody's. */
function refusePlanted(name: string, root: string): void {
  const trust = trustFrom(root);
  for (let at = path.resolve(root); at !== path.dirname(at); ) {
    if (existsSync(path.join(at, 'node_modules', name))) return;
    at = path.dirname(at);
    const reason = trust.folder(at);
    if (reason && existsSync(path.join(at, 'node_modules', name))) {
      throw new Error(`is not loaded from ${at}, which ${reason}; npm install --save-dev ${name}`);
    }
  }
}

function fromManifest(manifest: string): string {
  const { exports, module, main } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, unknown>;
  const root = (exports as Record<string, unknown> | undefined)?.['.'] ?? exports;
  const conditions = root as { import?: unknown; default?: unknown } | string | undefined;
  const entry =
    typeof conditions === 'string'
      ? conditions
      : (conditions?.import ?? conditions?.default ?? module ?? main ?? 'index.js');
  const file = typeof entry === 'string' ? entry : (entry as { default?: string }).default;
  return path.join(path.dirname(manifest), file ?? 'index.js');
}

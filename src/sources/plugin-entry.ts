import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { trustFrom } from '../base/trust.ts';

/**
 * Returns the file that `import` of a plugin in the project's root would load, `exports` included; also of a package without
 * a CommonJS entry. Nothing is installed. Throws where there is none, or where other users can write to its folder.
 */
export function findPluginEntry(name: string, root: string): string {
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

/** Node.js looks in every folder above; where other users can write to one, any of them may have put the package there. */
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

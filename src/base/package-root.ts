import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package's package.json, from the bundle as from the source. */
export const packageRoot: string = findPackageRoot(fileURLToPath(import.meta.url));

/** Whether this runs from `dist/`; else from the source, in tests. */
export const isBuilt: boolean = fileURLToPath(import.meta.url).startsWith(
  path.join(packageRoot, 'dist') + path.sep,
);

/** `dist/` of this package; may not exist when running from the source. */
export const distFolder: string = path.join(packageRoot, 'dist');

function findPackageRoot(file: string): string {
  let folder = path.dirname(file);
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`no package.json above ${file}`);
    folder = parent;
  }
  return folder;
}

import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the package.json of this package, for the bundle and for the source. */
export const packageRoot: string = findPackageRoot(fileURLToPath(import.meta.url));

/** True if this runs from `dist/`; false from the source, in tests. */
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

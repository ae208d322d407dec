import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../base/errors.ts';

/** A file of the built package: beside this bundle, or in `dist/` of the sources that this runs from. */
export function programFile(...name: string[]): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    for (const base of [folder, path.join(folder, 'dist')]) {
      if (existsSync(path.join(base, 'supervisor.js'))) return path.join(base, ...name);
    }
    const parent = path.dirname(folder);
    if (parent === folder) break;
    folder = parent;
  }
  throw new Fault({
    code: 'not-built',
    message: `the built program ${name.join('/')} is missing`,
    hint: 'npm run build',
  });
}

/**
 * Builds `dist/`: the programs of `bundles.mjs`, licence notices, JSON Schemas, and types unless `--no-types` is given. Builds
 * beside it and swaps, so that neither a running stack nor a failed build leaves it incomplete.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createJiti } from 'jiti';
import { build } from 'rolldown';
import { programBundles, root, typeBundles } from './bundles.mjs';
import { writeDatabaseFolder } from './database-folder.mjs';
import { collectNotices } from './notices.mjs';

const dist = path.join(root, 'dist');
const out = path.join(root, `dist.${process.pid}`);
const declarations = path.join(out, 'declarations');
try {
  const notices = collectNotices();
  await build(programBundles(out, [notices.plugin]));
  writeFileSync(path.join(out, 'THIRD-PARTY.txt'), notices.text());
  const source = createJiti(import.meta.url);
  const { preparedDatabase, preparedFile } = await source.import('../pglite/prepared-folder.ts');
  // It takes 5 s and depends on the version of PGlite alone, so that of the last build is taken.
  if (existsSync(preparedFile(dist))) copyFileSync(preparedFile(dist), preparedFile(out));
  else await writeDatabaseFolder(preparedFile(out), preparedDatabase);
  const { writeSchemas } = await source.import('./schemas.ts');
  await writeSchemas(path.join(out, 'schema'));
  if (!process.argv.includes('--no-types')) {
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    const options = ['-p', path.join(root, 'src/tooling/tsconfig.types.json'), '--outDir', declarations];
    execFileSync(process.execPath, [tsc, ...options], { stdio: 'inherit' });
    await build(typeBundles(declarations, out));
    rmSync(declarations, { recursive: true });
  }
  const old = path.join(root, `dist.old.${process.pid}`);
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(out, dist);
  rmSync(old, { recursive: true, force: true });
} finally {
  rmSync(out, { recursive: true, force: true });
}

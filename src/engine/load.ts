import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { loadModule } from '../base/load-module.ts';
import { distFolder, isBuilt, packageRoot } from '../base/package-root.ts';
import type { Check, CheckDefinition } from '../check/define-check.ts';
import * as publicEntry from '../config/public-entry.ts';
import { problemsOf } from './problems-of-definition.ts';

/** What `import … from 'meatymusic'` gives to a check in somebody's folder. One object: the loader keeps one cache for it. */
const virtualModules = { meatymusic: publicEntry };

const isCheckFile = (name: string) =>
  /\.(ts|mts|js|mjs)$/.test(name) && !/(\.test|\.spec|\.d)\.(ts|mts|js|mjs)$/.test(name);

/** Folders of helpers and things that are nobody's check. */
const isIgnored = (name: string) => /(^|[\\/])([._][^\\/]*|node_modules|fixtures)([\\/]|$)/.test(name);

/** The checks of this package: bundled beside the program, or the source when it runs from there. */
export function loadBuiltInChecks(signal?: AbortSignal): Promise<Check[]> {
  const folder = path.join(isBuilt ? distFolder : packageRoot, 'checks');
  return loadChecks(folder, 'checks', (file) => import(/* @vite-ignore */ pathToFileURL(file).href), signal);
}

/** The checks of somebody's folder: JavaScript or TypeScript, without a build step. */
export async function loadChecksFrom(folder: string, signal?: AbortSignal): Promise<Check[]> {
  if (!existsSync(folder)) {
    throw new Fault({
      code: 'no-check-folder',
      message: `the folder of checks ${folder} does not exist`,
      hint: 'meatymusic checks new <area>/<name>, or correct `checks` in the configuration',
      exitCode: ExitCode.config,
    });
  }
  return loadChecks(folder, folder, (file) => loadModule(file, { virtualModules, signal }), signal);
}

/** Every file is a check and its path is its id. Rejects with one `Fault` (78) that names every file that is none. */
async function loadChecks(
  folder: string,
  shownFolder: string,
  load: (file: string) => Promise<Record<string, unknown>>,
  signal?: AbortSignal,
): Promise<Check[]> {
  const names = (await readdir(folder, { recursive: true }))
    .filter((name) => isCheckFile(name) && !isIgnored(name))
    .sort();
  const problems: string[] = [];
  const loaded = await Promise.all(
    names.map(async (name) => {
      const source = path.join(shownFolder, name);
      try {
        const definition = (await load(path.join(folder, name))).default;
        const found = problemsOf(definition);
        problems.push(...found.map((problem) => `${source}: ${problem}`));
        return found.length > 0 ? [] : [{ ...(definition as CheckDefinition), id: idOf(name), source }];
      } catch (thrown) {
        signal?.throwIfAborted();
        problems.push(`${source}: ${messageOf(thrown)}`);
        return [];
      }
    }),
  );
  if (problems.length > 0) {
    throw new Fault({
      code: 'bad-checks',
      message: `${problems.length === 1 ? 'a file holds' : 'files hold'} no usable check`,
      details: problems.sort(),
      exitCode: ExitCode.config,
    });
  }
  return loaded.flat();
}

function idOf(name: string): string {
  return name.replace(/\.[a-z]+$/, '').replaceAll('\\', '/');
}

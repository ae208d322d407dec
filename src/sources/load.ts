import { existsSync } from 'node:fs';
import path from 'node:path';
import { Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { loadModule } from '../base/load-module.ts';
import type { Check, CheckDefinition } from '../check/define-check.ts';
import { problemsOf } from '../check/problems-of-definition.ts';
import * as publicEntry from '../config/public-entry.ts';
import { builtInChecks, type CheckLoaders } from './built-in-checks.ts';
import { findCheckFiles } from './check-files.ts';

/** What `import … from 'meatymusic'` gives to a check in somebody's folder. One object: the loader keeps one cache for it. */
const virtualModules = { meatymusic: publicEntry };

/** The checks of this package: bundled with the program, or the source when it runs from there. */
export async function loadBuiltInChecks(signal?: AbortSignal): Promise<Check[]> {
  return loadChecks(await builtInChecks(), 'checks', signal);
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
  const names = await findCheckFiles(folder);
  if (names.length === 0) {
    throw new Fault({
      code: 'no-checks',
      message: `the folder of checks ${folder} holds no check`,
      hint: 'meatymusic checks new <area>/<name>, or correct `checks` in the configuration',
      exitCode: ExitCode.config,
    });
  }
  const load = (name: string) => () => loadModule(path.join(folder, name), { virtualModules, signal });
  return loadChecks(Object.fromEntries(names.map((name) => [name, load(name)])), folder, signal);
}

/** Every file is a check and its path is its id. Rejects with one `Fault` (78) that names every file that is none. */
async function loadChecks(
  loaders: CheckLoaders,
  shownFolder: string,
  signal?: AbortSignal,
): Promise<Check[]> {
  const names = Object.keys(loaders).sort();
  const problems: string[] = [];
  const loaded = await Promise.all(
    names.map(async (name) => {
      const source = path.join(shownFolder, name);
      try {
        const definition = (await loaders[name]!()).default;
        const found = problemsOf(definition);
        problems.push(...found.map((problem) => `${source}: ${problem}`));
        return found.length > 0
          ? []
          : [{ ...(definition as CheckDefinition), id: idOf(name), source, isBounded: false }];
      } catch (thrown) {
        signal?.throwIfAborted();
        problems.push(`${source}: ${inOneLine(messageOf(thrown))}`);
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

/** Compilers and `require` go on for lines. */
function inOneLine(message: string): string {
  return message.replace(/\nRequire stack:[\s\S]*$/, '').replace(/\s*\n\s*/g, ' ');
}

function idOf(name: string): string {
  return name.replace(/\.[a-z]+$/, '').replaceAll('\\', '/');
}

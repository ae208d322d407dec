import { existsSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../base/errors.ts';
import { builtInChecks, type CheckLoaders } from './built-in-checks.ts';
import { findCheckFiles } from './check-files.ts';
import type { BrokenCheck, Found, FoundCheck } from './found.ts';
import { loadUserModule } from './user-module.ts';

/** Finds the checks of this package: bundled with the program, or its source files. */
export async function findBuiltInChecks(signal?: AbortSignal): Promise<Found> {
  return findInModules(await builtInChecks(), 'checks', signal);
}

/** Finds the checks of a folder: JavaScript or TypeScript files, without a build step. Rejects with the signal's reason alone. */
export async function findFolderChecks(folder: string, signal?: AbortSignal): Promise<Found> {
  const names = existsSync(folder) ? await findCheckFiles(folder) : undefined;
  if (!names?.length) {
    const problem = names ? 'has no check' : 'does not exist';
    const hint = 'meatymusic checks new <area>/<name>, or correct `checks` in the configuration';
    return { checks: [], problems: [`the folder of checks ${folder} ${problem}; ${hint}`] };
  }
  const load = (name: string) => () => loadUserModule(path.join(folder, name), signal);
  return findInModules(Object.fromEntries(names.map((name) => [name, load(name)])), folder, signal);
}

/** The default export of each file is a definition, and the path of the file is its id. */
async function findInModules(loaders: CheckLoaders, folder: string, signal?: AbortSignal): Promise<Found> {
  const checks: FoundCheck[] = [];
  const problems: string[] = [];
  const broken: BrokenCheck[] = [];
  const find = async (name: string) => {
    const source = path.join(folder, name);
    try {
      const { default: definition } = await loaders[name]!();
      return { id: idOf(name), source, definition, problem: undefined };
    } catch (thrown) {
      signal?.throwIfAborted();
      return { id: idOf(name), source, problem: `${source}: ${inOneLine(messageOf(thrown))}` };
    }
  };
  for (const found of await Promise.all(Object.keys(loaders).sort().map(find))) {
    if (found.problem !== undefined) {
      problems.push(found.problem);
      broken.push(found);
    } else checks.push({ id: found.id, source: found.source, definition: found.definition });
  }
  return { checks, broken, problems };
}

/** Messages of compilers and of `require` have several lines. */
function inOneLine(message: string): string {
  return message.replace(/\nRequire stack:[\s\S]*$/, '').replace(/\s*\n\s*/g, ' ');
}

function idOf(name: string): string {
  return name.replace(/\.[a-z]+$/, '').replaceAll('\\', '/');
}

import { createRequire, isBuiltin } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';
import type { MigrationFile } from './migration-file.ts';
import { withoutTypedLines } from './typed-lines.ts';

type Exports = Record<string, unknown>;

/**
 * Evaluates TypeScript that imports Kysely and Node's own modules and nothing else, as a migration should, and keeps
 * nothing on disk. Resolves to `undefined` where the file needs a module loader, or is no TypeScript that can be read
 * here: nothing of it has run then. Rejects with what the file throws.
 */
export async function createSelfContained(): Promise<(file: MigrationFile) => Promise<Exports | undefined>> {
  const kysely = await import('kysely');
  const ownRequire = createRequire(import.meta.url);
  const requireKnown = (name: string): unknown => {
    if (name === 'kysely') return kysely;
    if (isBuiltin(name)) return ownRequire(name);
    throw new ImportsMore();
  };
  return async ({ path, source }) => {
    const run = compile(withoutTypedLines(source), path) ?? compile(await withoutTypes(source), path);
    if (!run) return undefined;
    const module = { exports: {} as Exports };
    try {
      run(module.exports, requireKnown, module, path, dirname(path));
    } catch (error) {
      // Imports come first: nothing else of it has run.
      if (error instanceof ImportsMore) return undefined;
      throw error;
    }
    return module.exports;
  };
}

class ImportsMore extends Error {}

/** A file that does not compile, for an `await` at its top level or a mistake, is for the module loader to tell of. */
function compile(code: string | undefined, path: string): ((...scope: unknown[]) => void) | undefined {
  if (code === undefined) return undefined;
  try {
    return compileFunction(code, ['exports', 'require', 'module', '__filename', '__dirname'], {
      filename: path,
    }) as (...scope: unknown[]) => void;
  } catch {
    return undefined;
  }
}

/**
 * What takes a module loader when it runs; and a namespace with code, which sucrase would leave out in silence. A word of
 * these in a text or a comment costs time, and nothing else.
 */
const needsMore = /\bimport\s*[.(]|\brequire\b|\b(?:namespace|module)\s+[\w$.]+\s*\{/;

/** By sucrase, in a twentieth of the time that Babel takes. */
async function withoutTypes(source: string): Promise<string | undefined> {
  if (needsMore.test(source)) return undefined;
  const { transform } = await import('sucrase');
  try {
    return transform(source, { transforms: ['typescript', 'imports'], disableESTransforms: true }).code;
  } catch {
    return undefined;
  }
}

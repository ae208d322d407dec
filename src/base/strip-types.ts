import { isBuiltin } from 'node:module';
import { Script } from 'node:vm';
import type { TransformOptions, TransformResult } from 'jiti';
import { transform } from 'sucrase';

/**
 * Returns a transform for jiti: by sucrase for a file that imports only modules of Node.js and the named ones, else by
 * Babel, which takes six times as long.
 */
export function createTransform(
  names: readonly string[],
  transformByBabel: (options: TransformOptions) => string,
): (options: TransformOptions) => TransformResult {
  return (options) => ({ code: transformBySucrase(options, names) ?? transformByBabel(options) });
}

/** Matches what needs the loader when it runs, and namespaces with code, which sucrase would leave out silently. */
const needsBabel = /\bimport\s*[.(]|\brequire\b|\b(?:namespace|module)\s+[\w$.]+\s*\{/;
const imported = /\b(?:from|import)\s*(['"])(.*?)\1/g;

/** Returns CommonJS with the lines of the source, or `undefined` where sucrase cannot transform it. */
export function transformBySucrase(
  { source, async }: Pick<TransformOptions, 'source' | 'async'>,
  names: readonly string[],
): string | undefined {
  if (needsBabel.test(source)) return undefined;
  for (const [, , name = ''] of source.matchAll(imported))
    if (!isBuiltin(name) && !names.includes(name)) return undefined;
  try {
    const { code } = transform(source, { transforms: ['typescript', 'imports'], disableESTransforms: true });
    // sucrase accepts some invalid code. Babel reports the line of a syntax error.
    new Script(`(${async ? 'async ' : ''}function () {${code}\n})`);
    return code;
  } catch {
    return undefined;
  }
}

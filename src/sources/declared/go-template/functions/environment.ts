import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What a template learns from around it: variables of the environment, files, names of files. */
export const environmentFunctions = (env: Readonly<Record<string, string | undefined>>) => ({
  getEnv: (name: string, fallback = '') => env[name] ?? fallback,
  env: (name: string) => env[name] ?? '',
  expandenv: (text: string) =>
    text.replace(
      /\$(?:\{(\w+)\}|(\w+))/g,
      (_whole, braced?: string, bare?: string) => env[braced ?? bare ?? ''] ?? '',
    ),
  readFile: (name: string) => readFileSync(name, 'utf8').trim(),
  base: (name: string) => path.posix.basename(name),
  dir: (name: string) => path.posix.dirname(name),
  ext: (name: string) => path.posix.extname(name),
  clean: (name: string) => path.posix.normalize(name),
  isAbs: (name: string) => path.posix.isAbsolute(name),
});

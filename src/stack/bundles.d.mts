import type { BuildOptions } from 'rolldown';

export function stackBundles(options: {
  root: string;
  out: string;
  bundle(options: BuildOptions): BuildOptions;
}): BuildOptions[];

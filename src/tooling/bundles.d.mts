import type { BuildOptions, OutputOptions, Plugin } from 'rolldown';

interface Bundle extends BuildOptions {
  output: OutputOptions & { dir: string };
}

export const root: string;
export function programBundles(out: string, plugins?: readonly Plugin[]): Bundle[];
export function typeBundles(declarations: string, out: string): Bundle[];

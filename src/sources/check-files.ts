import { readdir } from 'node:fs/promises';

const isModule = (name: string) =>
  /\.(ts|mts|js|mjs)$/.test(name) && !/(\.test|\.spec|\.d)\.(ts|mts|js|mjs)$/.test(name);

/** Files and folders without checks: helpers, hidden files, fixtures, packages. */
const isIgnored = (name: string) => /(^|[\\/])([._][^\\/]*|node_modules|fixtures)([\\/]|$)/.test(name);

/** Resolves to the files of checks in a folder, at any depth: names relative to it. */
export async function findCheckFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => isModule(name) && !isIgnored(name));
}

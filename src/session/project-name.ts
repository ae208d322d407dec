import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Returns the name of the project in kebab-case: that of its package without a scope, else that of its folder. */
export function projectName(root: string): string {
  const name = packageName(root) ?? path.basename(root);
  const words = name
    .replace(/^@[^/]*\//, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return words?.join('-') ?? 'project';
}

function packageName(root: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    return typeof name === 'string' ? name : undefined;
  } catch {
    // Without a package, the folder names the project.
    return undefined;
  }
}

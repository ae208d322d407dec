import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Files that name a project, and how to read the name; the first that has one. */
const manifests: readonly [file: string, read: (text: string) => unknown][] = [
  ['package.json', (text) => JSON.parse(text).name],
  ['pyproject.toml', (text) => nameInTable(text, 'project') ?? nameInTable(text, 'tool.poetry')],
  ['Cargo.toml', (text) => nameInTable(text, 'package')],
  ['composer.json', (text) => JSON.parse(text).name],
  ['go.mod', (text) => /^module\s+"?([^\s"]+)/m.exec(text)?.[1]?.replace(/\/v\d+$/, '')],
];

/** Returns the name of the project in kebab-case: that of its manifest without a scope, else that of its folder. */
export function projectName(root: string): string {
  const name = manifestName(root) ?? path.basename(root);
  const words = name
    .replace(/^.*\//, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return words?.join('-') ?? 'project';
}

function manifestName(root: string): string | undefined {
  for (const [file, read] of manifests) {
    try {
      const name = read(readFileSync(path.join(root, file), 'utf8'));
      if (typeof name === 'string' && /[a-z0-9]/i.test(name)) return name;
    } catch {
      // There is no such file, or it cannot be parsed: the next one.
    }
  }
  return undefined;
}

/** Returns the value of `name` in a table of a TOML file, where it is a string on one line. */
function nameInTable(text: string, table: string): string | undefined {
  let current = '';
  for (const line of text.split(/\r?\n/)) {
    current = /^\s*\[\s*([^[\]]+?)\s*\]\s*(?:#.*)?$/.exec(line)?.[1] ?? current;
    const [, , name] = /^\s*name\s*=\s*(["'])(.*?)\1/.exec(line) ?? [];
    if (name !== undefined && current === table) return name;
  }
  return undefined;
}

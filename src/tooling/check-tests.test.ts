/** Every built-in check is tested by a file of its own name that puts it through `testCheck`. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../checks', import.meta.url));
const files = readdirSync(folder, { recursive: true }).map(String);
const checks = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));

/** Returns true if the test of the check's own name passes its default export to `testCheck`. */
function hasOwnTest(check: string): boolean {
  const test = check.replace(/\.ts$/, '.test.ts');
  if (!files.includes(test)) return false;
  const text = readFileSync(path.join(folder, test), 'utf8');
  const imported = new RegExp(`import (\\w+) from './${path.basename(check)}'`).exec(text)?.[1];
  return imported !== undefined && new RegExp(`\\btestCheck\\(\\s*${imported}\\b`).test(text);
}

it('tests every check in a file of its own name', () => {
  expect(checks.length).toBeGreaterThan(50);
  expect(checks.filter((check) => !hasOwnTest(check))).toEqual([]);
});

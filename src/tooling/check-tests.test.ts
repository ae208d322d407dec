/** Every built-in check is tested by a file of its own name, or by one of its area that puts it through `testCheck`. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../checks', import.meta.url));
const files = readdirSync(folder, { recursive: true }).map(String);
const checks = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));

/** Returns true if a test of the area with `testCheck` imports and uses the check. */
function isTestedWithItsArea(check: string): boolean {
  const tests = files.filter(
    (file) => file.endsWith('.test.ts') && path.dirname(file) === path.dirname(check),
  );
  return tests.some((test) => {
    const text = readFileSync(path.join(folder, test), 'utf8');
    const imported = new RegExp(`import (\\w+) from './${path.basename(check)}'`).exec(text)?.[1];
    const uses = imported === undefined ? 0 : [...text.matchAll(new RegExp(`\\b${imported}\\b`, 'g'))].length;
    return uses > 1 && text.includes('testCheck(');
  });
}

it('tests every check', () => {
  expect(checks.length).toBeGreaterThan(50);
  const hasOwnTest = (check: string) =>
    ['.test.ts', '.integration.test.ts'].some((ending) => files.includes(check.replace(/\.ts$/, ending)));
  expect(checks.filter((check) => !hasOwnTest(check) && !isTestedWithItsArea(check))).toEqual([]);
});

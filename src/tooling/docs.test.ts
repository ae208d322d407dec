import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { buildPages } from './docs.ts';

const docs = fileURLToPath(new URL('../../docs', import.meta.url));

it('has generated pages that are those of the definitions (npm run docs)', async () => {
  const pages = await buildPages();
  const different = [...pages].filter(([name, text]) => {
    const file = path.join(docs, name);
    return !existsSync(file) || readFileSync(file, 'utf8') !== text;
  });
  expect(different.map(([name]) => name)).toEqual([]);
}, 60_000);

/** Writes the generated pages of `docs/`. */
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';

const { writePages } = await createJiti(import.meta.url).import('./docs.ts');
await writePages(fileURLToPath(new URL('../../docs', import.meta.url)));

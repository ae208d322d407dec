import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import ClosingLine from './closing-line.ts';

const root = new URL('../../', import.meta.url).pathname;

/** Three projects by what a test needs: nothing, real services, the built binary. */
export default defineConfig({
  root,
  test: {
    passWithNoTests: false,
    // The default, one less than there are processors, is one file at a time on a machine of two.
    maxWorkers: availableParallelism(),
    reporters: ['default', new ClosingLine()],
    projects: [
      {
        test: {
          name: 'unit',
          root,
          // What needs nothing leaves nothing: no process and no registry of modules of its own for each file.
          pool: 'threads',
          isolate: false,
          include: ['{src,checks,migrations}/**/*.test.ts'],
          exclude: ['**/*.integration.test.ts', '**/*.e2e.test.ts', 'node_modules'],
        },
      },
      {
        test: {
          name: 'integration',
          root,
          include: ['{src,checks,migrations}/**/*.integration.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          root,
          include: ['{src,checks,migrations}/**/*.e2e.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});

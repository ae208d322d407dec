import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import ClosingLine from './closing-line.ts';
import LongestFirst from './longest-first.ts';

const root = new URL('../../', import.meta.url).pathname;

/** Three projects by what a test needs: nothing, real services, the built binary. */
export default defineConfig({
  root,
  test: {
    passWithNoTests: false,
    // The default (processors minus one) is one on a machine with two, although most tests wait for a service. More
    // workers than processors would slow down tests with a browser.
    maxWorkers: availableParallelism(),
    reporters: ['default', new ClosingLine()],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          root,
          // Unit tests have no side effects: they share a process and a module registry.
          pool: 'threads',
          isolate: false,
          include: ['{src,checks,migrations}/**/*.test.ts'],
          exclude: ['**/*.integration.test.ts', '**/*.e2e.test.ts', 'node_modules'],
          // They run beside tests with real services, which may take the processor for seconds.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          root,
          include: ['{src,checks,migrations}/**/*.integration.test.ts'],
          globalSetup: 'src/testing/create-once.ts',
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          root,
          include: ['{src,checks,migrations}/**/*.e2e.test.ts'],
          globalSetup: 'src/testing/create-once.ts',
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});

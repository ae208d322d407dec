import { defineConfig } from 'vitest/config';
import { chosenRoom } from './rooms.mjs';

export default defineConfig({
  root: new URL('../../../', import.meta.url).pathname,
  test: {
    include: chosenRoom().tests,
    exclude: ['**/*.integration.test.ts', '**/*.e2e.test.ts', 'node_modules'],
    testTimeout: 60_000,
  },
});

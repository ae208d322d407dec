import { chosenRoom } from './rooms.mjs';

const room = chosenRoom();
const folder = `.cache/mutation/${room.name}`;

/** `MUTATION_ROOM=matchers npm run mutate`; with `-- --mutate <files>` for a part of the room. */
export default {
  mutate: [...room.mutate, '!**/*.test.ts'],
  // Golden outputs compare the words; these are the mutants of the logic.
  mutator: { excludedMutations: ['StringLiteral', 'ObjectLiteral'] },
  testRunner: 'vitest',
  vitest: { configFile: 'src/tooling/mutation/vitest.config.mjs', related: false },
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  concurrency: 2,
  ignorePatterns: ['/.meatymusic', '/.cache', '/dist.*', '/docs'],
  // The compiler's configuration needs no change for the copy.
  tsconfigFile: '.cache/mutation/none.json',
  tempDirName: `${folder}/copy`,
  incremental: true,
  incrementalFile: `${folder}/incremental.json`,
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false },
  jsonReporter: { fileName: `${folder}/report.json` },
};

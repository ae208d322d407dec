/** The code that decides verdicts, and the unit tests that must notice a change of it. */
const rooms = {
  matchers: {
    mutate: ['src/sources/declared/matchers/**/*.ts'],
    tests: ['src/sources/declared/matchers/**/*.test.ts'],
  },
  engine: { mutate: ['src/engine/**/*.ts'], tests: ['src/engine/**/*.test.ts'] },
  check: {
    mutate: ['src/check/**/*.ts'],
    tests: ['src/check/**/*.test.ts', 'src/services/result-schema.test.ts'],
  },
  checks: {
    mutate: ['checks/**/*.ts', 'src/suites/**/*.ts'],
    tests: ['checks/**/*.test.ts', 'src/suites/**/*.test.ts'],
  },
};

/** Returns the room that MUTATION_ROOM names. */
export function chosenRoom() {
  const name = process.env.MUTATION_ROOM ?? '';
  if (!Object.hasOwn(rooms, name))
    throw new Error(`MUTATION_ROOM is one of ${Object.keys(rooms).join(', ')}, not "${name}"`);
  return { name, ...rooms[name] };
}

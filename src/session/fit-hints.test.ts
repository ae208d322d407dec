import { expect, test } from 'vitest';
import { exampleStack } from '../check/stack.ts';
import { createFitHint } from './fit-hints.ts';

const access = {} as never;
const external = createFitHint({ ...exampleStack, runtime: 'external' }, { database: access });
const embedded = createFitHint(exampleStack, { api: access, database: access });

test.each([
  ['meatymusic status; meatymusic logs api', 'meatymusic status; read the log of api where it runs'],
  ['meatymusic logs api --since 5m', 'read the log of api where it runs'],
  [
    'meatymusic logs cache: does the client reconnect?',
    'read the log of cache where it runs: does the client reconnect?',
  ],
  ['meatymusic logs database --tail 20', 'meatymusic logs database --tail 20'],
  ['meatymusic logs check <file> lists all of them', 'meatymusic logs check <file> lists all of them'],
  ['meatymusic up', 'start it where it runs'],
  ['meatymusic migrate up', 'meatymusic migrate up'],
])('a stack that was not started here: %s', (hint, fitting) => {
  expect(external(hint)).toBe(fitting);
});

test.each(['meatymusic logs api --since 5m', 'meatymusic up', 'meatymusic logs database'])(
  'a stack that was started here keeps %s',
  (hint) => {
    expect(embedded(hint)).toBe(hint);
  },
);

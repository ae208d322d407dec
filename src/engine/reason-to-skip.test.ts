import { expect, test } from 'vitest';
import { exampleStack, type StackInfo, withServices } from '../check/stack.ts';
import { makeCheck } from '../testing/make-check.ts';
import { reasonToSkip } from './reason-to-skip.ts';

const absent = (code: 'not-named' | 'not-running'): StackInfo => ({
  ...exampleStack,
  absent: { cache: { code, reason: 'no address', hint: 'name it' } },
});
const external = { ...exampleStack, runtime: 'external' };
const without = withServices(exampleStack, { cache: { enabled: false } });
const uses = (...names: string[]) => makeCheck({ id: 'a/one', uses: names });

test('a check is skipped where a service that it uses is not named, with what names it', () => {
  expect(reasonToSkip(uses('api', 'cache'), absent('not-named'), false)).toEqual({
    status: 'skip',
    reason: 'no address',
    enable: 'name it',
  });
  expect(reasonToSkip(uses('api'), absent('not-named'), false)).toBeUndefined();
  expect(reasonToSkip(uses('cache'), absent('not-running'), false)).toBeUndefined();
});

test('a check is skipped where a service that it uses is switched off, and where it is unknown it is not', () => {
  expect(reasonToSkip(uses('api', 'cache'), without, false)).toEqual({
    status: 'skip',
    reason: 'the configuration says that this stack has no cache',
    enable: 'services.cache.enabled: true',
  });
  expect(reasonToSkip(uses('api', 'queue'), without, false)).toBeUndefined();
});

test('a read-only run skips a check with effects, and says how a command is declared to read', () => {
  const writes = makeCheck({ id: 'a/one', effects: 'temporary' });
  expect(reasonToSkip(writes, exampleStack, true)?.enable).toBe('leave out --read-only');
  expect(reasonToSkip(makeCheck({ id: 'a/one', needs: ['command'] }), exampleStack, true)).toMatchObject({
    reason: 'it could write (temporary), and the run is read-only',
    enable: expect.stringContaining('`read-only: true` in YAML'),
  });
  expect(reasonToSkip(writes, exampleStack, false)).toBeUndefined();
  expect(reasonToSkip(uses(), exampleStack, true)).toBeUndefined();
});

test('a service is taken away only from a stack that was started here', () => {
  const stops = makeCheck({ id: 'a/one', effects: 'disruptive' });
  expect(reasonToSkip(stops, external, false)).toMatchObject({ enable: 'meatymusic up' });
  expect(reasonToSkip(stops, exampleStack, false)).toBeUndefined();
  expect(reasonToSkip(makeCheck({ id: 'a/one', effects: 'temporary' }), external, false)).toBeUndefined();
});

import { expect, it } from 'vitest';
import { makeCheck } from '../testing/make-check.ts';
import { chooseChecks } from './choose-checks.ts';

const checks = ['api/health', 'api/ready', 'cache/ping', 'web/home'].map((id) => makeCheck({ id }));
const choose = (patterns: string[], skip: string[]) => chooseChecks(checks, { patterns, tags: [], skip });

it('leaves out what is to be skipped', () => {
  expect(choose(['api'], ['api/ready']).map(({ id }) => id)).toEqual(['api/health']);
});

it('says what was selected and what left all of it out', () => {
  expect(() => choose(['api/health'], ['api'])).toThrow(
    expect.objectContaining({
      code: 'nothing-selected',
      exitCode: 2,
      message: 'api/health is selected, and --skip api leaves it out again',
    }),
  );
  expect(() => choose([], ['api', 'cache', 'web'])).toThrow(
    'api/health, api/ready, cache/ping, web/home are selected, and --skip api, cache, web leaves them out again',
  );
});

it('counts what is too much to name', () => {
  const many = Array.from({ length: 12 }, (_, index) => makeCheck({ id: `many/${index}` }));
  expect(() => chooseChecks(many, { patterns: [], tags: [], skip: ['many/**'] })).toThrow(
    '12 checks are selected, and --skip many/** leaves them out again',
  );
});

it('reports that nothing is selected', () => {
  expect(() =>
    chooseChecks([makeCheck({ id: 'a/b', tags: ['opt-in'] })], { patterns: [], tags: [], skip: ['a'] }),
  ).toThrow('no check is selected');
});

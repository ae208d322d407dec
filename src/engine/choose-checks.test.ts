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

it('names five, and counts more', () => {
  const five = Array.from({ length: 5 }, (_, index) => makeCheck({ id: `many/${index}` }));
  expect(() => chooseChecks(five, { patterns: [], tags: [], skip: ['many/**'] })).toThrow(
    'many/0, many/1, many/2, many/3, many/4 are selected',
  );
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

it('names what was selected, and not what runs only because that is after it', () => {
  const two = [makeCheck({ id: 'a/before' }), makeCheck({ id: 'b/asked', after: ['a/before'] })];
  expect(() => chooseChecks(two, { patterns: ['b/asked'], tags: [], skip: ['b'] })).toThrow(
    'b/asked is selected, and --skip b leaves it out again',
  );
});

it('reports a pattern that names nothing, also among those that leave checks out', () => {
  for (const [patterns, skip] of [
    [['api/helth'], ['api']],
    [['api'], ['api/helth']],
  ] as [string[], string[]][])
    expect(() => choose(patterns, skip)).toThrow('no check matches "api/helth"; nearest: api/health');
});

it('names the areas that are not part of the contract, alone or beside what is skipped', () => {
  const without = (patterns: string[], areas: string[], skip: string[] = []) =>
    chooseChecks(checks, { patterns, tags: [], skip, areasOff: new Set(areas) });
  expect(() => without(['api', 'web'], ['web', 'api', 'cache'])).toThrow(
    expect.objectContaining({
      code: 'nothing-selected',
      exitCode: 2,
      message: "api, web: not part of this stack's contract",
      hint: 'contract.api: false in the configuration leaves it out',
    }),
  );
  expect(() => without(['api/health', 'web'], ['web', 'cache'], ['api'])).toThrow(
    'api/health, web/home are selected, and --skip api and contract.web: false leave them out again',
  );
  expect(without(['api', 'web'], ['web']).map(({ id }) => id)).toEqual(['api/health', 'api/ready']);
});

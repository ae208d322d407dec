import { describe, expect, it } from 'vitest';
import { makeCheck } from '../testing/make-check.ts';
import { type Selection, selectChecks } from './select.ts';

const all = [
  makeCheck({ id: 'api/health', tags: ['contract'] }),
  makeCheck({ id: 'api/ready', after: ['api/health', 'database/connects'], tags: ['contract'] }),
  makeCheck({ id: 'database/connects' }),
  makeCheck({ id: 'database/tables-present', after: ['database/connects'] }),
  makeCheck({ id: 'w3c/version', tags: ['w3c', 'opt-in'] }),
];
const select = (given: Partial<Selection>) =>
  selectChecks(all, { patterns: [], tags: [], skip: [], ...given }).map(({ id }) => id);
const refusal = (given: Partial<Selection>) => {
  try {
    return select(given);
  } catch (fault) {
    const { exitCode, message, details } = fault as { exitCode: number; message: string; details: string[] };
    return [exitCode, message, ...details];
  }
};

describe('selectChecks', () => {
  it('takes all but the opt-in ones when nothing is named', () => {
    expect(select({})).toHaveLength(4);
  });

  it('pulls in what a chosen check is after', () => {
    expect(select({ patterns: ['api/ready'] })).toEqual(['api/health', 'api/ready', 'database/connects']);
  });

  it.each([
    ['an area', 'database', ['database/connects', 'database/tables-present']],
    ['a glob', 'database/*present', ['database/connects', 'database/tables-present']],
    ['a glob over areas', '**/connects', ['database/connects']],
    ['one character', 'api/healt?', ['api/health']],
    ['an opt-in check', 'w3c/version', ['w3c/version']],
  ])('takes %s', (_, pattern, ids) => {
    expect(select({ patterns: [pattern] })).toEqual(ids);
  });

  it('takes what has one of the tags, the opt-in ones too', () => {
    expect(select({ tags: ['w3c'] })).toEqual(['w3c/version']);
    expect(select({ tags: ['contract'], patterns: ['api/health'] })).toEqual(['api/health']);
  });

  it('takes what has one of several tags', () => {
    expect(select({ tags: ['contract', 'w3c'] })).toEqual([
      'api/health',
      'api/ready',
      'database/connects',
      'w3c/version',
    ]);
  });

  it('leaves out areas that are not part of the contract, also where another is after them', () => {
    const areasOff = new Set(['database']);
    expect(select({ areasOff })).toEqual(['api/health', 'api/ready']);
    expect(select({ areasOff, patterns: ['api/ready'] })).toEqual(['api/health', 'api/ready']);
  });

  it('takes the part of a shard, with what its checks are after', () => {
    const part = (index: number) =>
      select({ patterns: ['api/health', 'database/tables-present'], shard: { index, count: 2 } });
    expect([part(1), part(2)]).toEqual([['api/health'], ['database/connects', 'database/tables-present']]);
    expect(select({ patterns: ['api/health'], shard: { index: 2, count: 2 } })).toEqual([]);
  });

  it('takes the checks that judge a service, and names the nearest service', () => {
    const judging = [
      makeCheck({ id: 'api/health', judges: 'api' }),
      { ...makeCheck({ id: 'api/health@payments', judges: 'api' }), service: 'payments' },
      makeCheck({ id: 'other/one' }),
    ];
    const ofService = (pattern: string) =>
      selectChecks(judging, { patterns: [pattern], tags: [], skip: [] }).map(({ id }) => id);
    expect(ofService('@payments')).toEqual(['api/health@payments']);
    expect(ofService('@api')).toEqual(['api/health']);
    expect(() => ofService('@paymens')).toThrow('no check matches "@paymens"; nearest: @payments');
  });

  it('leaves out what is skipped, also where another is after it', () => {
    expect(select({ patterns: ['database'], skip: ['database/connects'] })).toEqual([
      'database/tables-present',
    ]);
  });

  it('refuses what names nothing, with the nearest name, every problem at once', () => {
    expect(refusal({ patterns: ['api/helth', 'databse'], tags: ['contrct'] })).toEqual([
      2,
      'no check matches "api/helth"; nearest: api/health',
      'no check matches "databse"; nearest: database',
      'no check has the tag "contrct"; nearest: contract',
    ]);
  });

  it('refuses to skip what does not exist', () => {
    expect(refusal({ skip: ['nothing-like-it'] })).toEqual([2, 'no check matches "nothing-like-it"']);
  });

  it('refuses a run without checks', () => {
    expect(refusal({ patterns: ['api'], skip: ['**'] })[0]).toBe(2);
    expect(() => selectChecks([], { patterns: [], tags: [], skip: [] })).toThrow('no check is selected');
  });
});

it('takes what a check is after, and not what is no check of the project', () => {
  const some = [
    makeCheck({ id: 'a/one' }),
    makeCheck({ id: 'b/two', after: ['a/one', 'x/unknown'] }),
    makeCheck({ id: 'c/three', after: ['x/unknown'] }),
  ];
  const chosen = selectChecks(some, { patterns: ['b/two', 'c/three'], tags: [], skip: [] });
  expect(chosen.map(({ id }) => id)).toEqual(['a/one', 'b/two', 'c/three']);
});

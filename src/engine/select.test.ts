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

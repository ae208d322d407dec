import { describe, expect, test } from 'vitest';
import { compileJsonQuery, nothing } from './json-query.ts';

const data = {
  name: 'x',
  zero: 0,
  none: null,
  'a.b': 'dotted',
  'a*': 'star',
  'x|y': 'piped',
  deep: { list: [[1, 2], [3]], inner: { leaf: true } },
  list: [
    { n: 1, id: 'a', tags: ['t1'] },
    { n: 2, id: 'b', tags: ['t2', 't3'] },
    { n: 3, id: 'b)' },
    { id: 'say "x"' },
  ],
  words: ['ab', 'abc', 'xbc'],
  alpha: 1,
};

describe('compileJsonQuery', () => {
  test.each<[string, unknown]>([
    ['', data],
    ['@this', data],
    ['@this.name', 'x'],
    ['name', 'x'],
    ['zero', 0],
    ['none', null],
    ['none.more', nothing],
    ['name.length', nothing],
    ['name.#', nothing],
    ['name.#(n==1)', nothing],
    ['missing', nothing],
    ['toString', nothing],
    ['deep.inner.leaf', true],
    ['deep|inner|leaf', true],
    ['deep.inner.missing', nothing],
    ['a\\.b', 'dotted'],
    ['x\\|y', 'piped'],
    ['a\\*', 'star'],
    ['alph*', 1],
    ['alph?', 1],
    ['alp?', nothing],
    ['lpha*', nothing],
    ['nope*', nothing],
    ['list.0.id', 'a'],
    ['list.9', nothing],
    ['list.length', 4],
    ['list.#', 4],
    ['list.#.n', [1, 2, 3]],
    ['list.#.missing', []],
    ['deep.list.#.#', [2, 1]],
    ['deep.list.#.0', [1, 3]],
    ['list.#(n==2).id', 'b'],
    ['list.#(n=2).id', 'b'],
    ['list.#( n == 2 )|id', 'b'],
    ['list.#(n==9).id', nothing],
    ['list.#(n==2)', data.list[1]],
    ['list.#(n==2)#', [data.list[1]]],
    ['list.#(n!=2)#.id', ['a', 'b)']],
    ['list.#(n<2)#.n', [1]],
    ['list.#(n<=2)#.n', [1, 2]],
    ['list.#(n>2)#.n', [3]],
    ['list.#(n>=2)#.n', [2, 3]],
    ['list.#(n>=9)#', []],
    ['list.#(n>=2)#|#', 2],
    ['list.#(n>=1)#.tags', [['t1'], ['t2', 't3']]],
    ['list.#(n>"1")#', []],
    ['list.#(id=="b)").n', 3],
    ['list.#(id=="say \\"x\\"").id', 'say "x"'],
    ['list.#(id==b).n', 2],
    ['words.#(%"ab*")#', ['ab', 'abc']],
    ['words.#(%"?bc")#', ['abc', 'xbc']],
    ['words.#(%"b*")#', []],
    ['words.#(%"a")#', []],
    ['words.#(!%"ab*")#', ['xbc']],
    ['words.#(=="ab")', 'ab'],
    ['words.#(<"abc")#', ['ab']],
  ])('%s', (path, expected) => {
    expect(compileJsonQuery(path)(data)).toEqual(expected);
  });

  test('a dot in a pattern of text matches a dot only', () => {
    expect(compileJsonQuery('#(%"a.c")#')(['abc', 'a.c'])).toEqual(['a.c']);
    expect(compileJsonQuery('#(%"a*c")#')(['a\nc'])).toEqual(['a\nc']);
  });

  test.each([
    ['@reverse', 'the modifier @reverse is not supported'],
    ['list.#(n)', 'the query #(n) has no comparison'],
    ['list.#(n==1', 'a query is not closed: )'],
    ['list.#(id==")', 'a query is not closed: )'],
  ])('%s is refused', (path, message) => {
    expect(() => compileJsonQuery(path)).toThrow(message);
  });
});

import { describe, expect, test } from 'vitest';
import { firstDifference, withoutFields } from './compare-bodies.ts';

describe('withoutFields', () => {
  test.each([
    ['{ "id": 1 }', [], '{ "id": 1 }'],
    ['{"id":1,"song":{"at":2,"tempo":3}}', ['id', 'at'], '{"song":{"tempo":3}}'],
    ['[{"id":1},{"id":2,"a":0}]', ['id'], '[{},{"a":0}]'],
    // No object: as it is, spaces included.
    [' "id" ', ['id'], ' "id" '],
    [' null', ['id'], ' null'],
    ['id: 1', ['id'], 'id: 1'],
  ])('%s without %j', (body, names, left) => {
    expect(withoutFields(body, names)).toBe(left);
  });
});

describe('firstDifference', () => {
  test.each([
    ['abc', 'abd', 'character 2: "abc" and "abd"'],
    ['abc', 'abcd', 'character 3: "abc" and "abcd"'],
    ['', 'a', 'character 0: "" and "a"'],
    [
      `${'a'.repeat(30)}x${'b'.repeat(30)}`,
      `${'a'.repeat(30)}y`,
      `character 30: "${'a'.repeat(20)}x${'b'.repeat(19)}" and "${'a'.repeat(20)}y"`,
    ],
  ])('%s and %s', (one, other, text) => {
    expect(firstDifference(one, other)).toBe(text);
  });
});

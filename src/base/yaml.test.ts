import { describe, expect, it } from 'vitest';
import { readYaml, YamlProblem } from './yaml.ts';

const problemOf = (text: string) => {
  try {
    return readYaml(text);
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    return [error.line, error.message];
  }
};

describe('readYaml', () => {
  const text =
    'a: 1\n\nb: # list\n  - x: 1\n    y: |\n      one\n      two\n  - [p,\n     q]\n"c d": { e: null }\n';

  it.each([
    ['a key', ['a'], 1, true],
    ['a list has the line of its key', ['b'], 3, true],
    ['an item', ['b', 0], 4, true],
    ['a block of text has the line of its key', ['b', 0, 'y'], 5, true],
    ['an item behind a line break', ['b', 1, 1], 9, true],
    ['a quoted key', ['c d', 'e'], 10, true],
    ['what is not there: the nearest thing around it', ['b', 0, 'z', 'w'], 4, false],
    ['nothing of it is there', ['z'], 1, false],
  ] as const)('knows the line of %s', (_, path, line, exact) => {
    expect(readYaml(text).locate(path)).toEqual({ line, exact });
  });

  it('reads values by YAML 1.2: yes, 010 and dates are text or numbers', () => {
    expect(readYaml('a: yes\nb: 010\nc: 0x1f\nd: 2024-01-01\ne: 12:30\nf: ~').value).toEqual({
      a: 'yes',
      b: 10,
      c: 31,
      d: '2024-01-01',
      e: '12:30',
      f: null,
    });
  });

  it('reads JSON, anchors and merge keys', () => {
    expect(readYaml('{"a": [1, "\\u00e4"]}').value).toEqual({ a: [1, 'ä'] });
    expect(readYaml('x: &x { p: 1, q: 2 }\ny: { <<: *x, q: 3 }').value).toMatchObject({ y: { p: 1, q: 3 } });
  });

  it('returns undefined for an empty text', () => {
    expect(readYaml('# only this\n').value).toBeUndefined();
  });

  it('accepts __proto__ as a name', () => {
    const { value } = readYaml('__proto__: { polluted: true }');
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([
    ['a key that comes twice', 'a: 1\na: 2', 2],
    ['a bracket that stays open', 'a: [1', 1],
    ['a tab as indentation', 'a:\n\tb: 1', 2],
    ['two documents', 'a: 1\n---\nb: 2', 3],
    ['an unknown tag', 'a: !!js/function "secret"', 1],
    ['an alias without its anchor', 'b: 1\na: *secret', 2],
    ['a map as a key', '? { a: 1 }\n: secret', 1],
    ['nesting without end', '['.repeat(200), 1],
  ])('says what is wrong and where, and repeats nothing of the text: %s', (_, wrong, line) => {
    const problem = problemOf(wrong);
    expect(problem).toEqual([line, expect.any(String)]);
    expect(JSON.stringify(problem)).not.toContain('secret');
  });

  it('rejects a text whose aliases expand a thousandfold', () => {
    const bomb = `a: &a [x]\nb: [${Array(101).fill('*a').join(', ')}]`;
    expect(problemOf(bomb)).toEqual([expect.any(Number), expect.stringMatching(/alias/)]);
  });

  it('rejects aliases of aliases, which expand to millions of values', () => {
    const level = (depth: number) =>
      `a${depth}: &a${depth} [${Array(9)
        .fill(`*a${depth - 1}`)
        .join(', ')}]`;
    const bomb = ['a0: &a0 [x]', ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map(level)].join('\n');
    expect(problemOf(bomb)).toEqual([undefined, expect.stringMatching(/100,000 values/)]);
  });

  it('rejects a circular value, and a text that is too large', () => {
    expect(problemOf('a: &a [*a]')).toEqual([undefined, expect.stringMatching(/alias/)]);
    expect(problemOf(`a: ${'b'.repeat(1024 * 1024)}`)).toEqual([undefined, 'is larger than 1 MiB']);
  });
});

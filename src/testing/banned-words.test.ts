import { describe, expect, it } from 'vitest';
import { findBannedWords, readWrittenTexts } from './banned-words.ts';

describe('our texts', () => {
  const hits = Object.entries(readWrittenTexts()).flatMap(([file, text]) => findBannedWords(file, text));

  it('contain no banned word', () => {
    expect(
      hits.map(({ file, line, word, instead }) => `${file}:${line} "${word}": write ${instead}`),
    ).toEqual([]);
  });
});

const wordsOf = (text: string) => findBannedWords('a.ts', text).map(({ line, word }) => `${line} ${word}`);

describe('findBannedWords', () => {
  it.each([
    ['a comment', '// The caller is told.', ['1 told']],
    ['a comment over lines', '/**\n * It is put in the\n * place of it.\n */', ['2 in the place of']],
    ['a string', "throw new Error('Mend the file');", ['1 Mend']],
    ['a test title', "it('goes on', () => {});", ['1 goes on']],
    [
      'an identifier',
      'const asNobody = 1;\ncreateToldLines(tellAll, whoeverAsks);',
      ['1 Nobody', '2 Told', '2 tell', '2 whoever'],
    ],
    ['an apostrophe', "// somebody’s and nobody's", ['1 somebody', '1 nobody']],
    ['a state', '// Redis is well; it tried in vain.', ['1 is well', '1 in vain']],
  ])('finds %s', (_what, text, expected) => {
    expect(wordsOf(text).sort()).toEqual([...expected].sort());
  });

  it.each([
    'it is listed as well',
    'a well-known address, which is well-formed and well known',
    'a recommendation to amend',
    'Intelligent, stellar, standstill, understands, outstanding',
    "the user of Unix is 'nobody'",
    'for whom',
    'logon and goods online',
    'outcomes toward',
  ])('accepts "%s"', (text) => {
    expect(wordsOf(text)).toEqual([]);
  });
});

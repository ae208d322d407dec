import { describe, expect, it } from 'vitest';
import { besideText, wrapText } from './wrap-text.ts';

describe('wrapText', () => {
  it('breaks at spaces', () => {
    expect(wrapText('the stack is up and runs', 12)).toEqual(['the stack is', 'up and runs']);
  });

  it('breaks inside a word only where it is longer than a line', () => {
    expect(wrapText('see 0123456789abcdef there', 10)).toEqual(['see', '0123456789', 'abcdef', 'there']);
  });

  it('indents the lines after the first, all within the width', () => {
    expect(wrapText('hint: one two three four', 12, 2)).toEqual(['hint: one', '  two three', '  four']);
  });

  it('keeps the indent of the first line, and makes no empty line of it', () => {
    expect(wrapText('  0123456789abcdef', 12, 4)).toEqual(['  0123456789', '    abcdef']);
  });

  it('returns the text unchanged without a width', () => {
    const text = 'word '.repeat(100).trimEnd();
    expect(wrapText(text, Number.POSITIVE_INFINITY, 2)).toEqual([text]);
  });
});

describe('besideText', () => {
  it('folds text under itself', () => {
    expect(besideText('  ✔ ', 'Redis answers PING and more', 24)).toEqual([
      '  ✔ Redis answers PING',
      '    and more',
    ]);
  });

  it('goes below where too little room is left', () => {
    expect(besideText('services.database.url  ', 'a b', 40)).toEqual(['services.database.url', '      a b']);
  });

  it('leaves no empty line above the text below', () => {
    expect(besideText(' '.repeat(30), 'npm run build', 40)).toEqual(['      npm run build']);
  });

  it('goes below where that keeps a word whole', () => {
    const url = 'http://127.0.0.1:8000/health/ready';
    expect(besideText('      found      ', url, 40)).toEqual(['      found', `      ${url}`]);
    expect(besideText('      found      ', `${url}/${url}`, 40)[0]).toBe(
      '      found      http://127.0.0.1:8000/h',
    );
  });
});

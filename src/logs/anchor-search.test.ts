import { expect, it } from 'vitest';
import { AnchorSearch } from './anchor-search.ts';

const needles = ['pwd=', 'key"', 'passw', 'password-of', 'ghp_', 'token', '.eyj', 'aaaa', 'aaaaa'];

function found(text: string, from = 0): [at: number, needles: string[]][] {
  const search = new AnchorSearch(needles);
  const bytes = Buffer.from(text, 'latin1');
  const hits: [number, string[]][] = [];
  for (
    let at = search.next(bytes, from, bytes.length);
    at !== Infinity;
    at = search.next(bytes, at + 1, bytes.length)
  )
    hits.push([at, search.found.map((index) => needles[index]!).sort()]);
  return hits;
}

/** The same by a search for each at each place. */
function expected(text: string, from = 0): [at: number, needles: string[]][] {
  return [...text].flatMap((_, at): [number, string[]][] => {
    const here = needles.filter((needle) => text.toLowerCase().startsWith(needle, at)).sort();
    return at >= from && here.length > 0 ? [[at, here]] : [];
  });
}

it.each([
  'pwd=',
  'PWD=x key" Key"',
  'password-of the passWORD-OF',
  'xaaaaaaaax aaaa',
  'pwd=pwd=ghp_token.eyJ',
  'pass\u00f7word \u00f0wd=',
  '',
  'pw',
])('finds what is there, wherever it is: %j', (text) => {
  for (const lead of ['', 'x', 'xy', 'xyz', 'xyzx'])
    expect(found(lead + text)).toEqual(expected(lead + text));
  for (let from = 0; from < 4; from++) expect(found(text, from)).toEqual(expected(text, from));
});

it('finds the same as a search for each in any text', () => {
  const letters = 'pwd=key"as-of.jtonh_g ';
  let state = 7;
  const next = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
  for (let round = 0; round < 300; round++) {
    let text = '';
    while (text.length < 60)
      text +=
        next() < 0.2
          ? needles[Math.floor(next() * needles.length)]
          : letters[Math.floor(next() * letters.length)];
    expect(found(text)).toEqual(expected(text));
  }
});

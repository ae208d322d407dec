import { expect, it } from 'vitest';
import { foldHelp } from './fold-help.ts';

const help = `
The first line of a paragraph that is long
and its second one.
Exit codes: 0 well, 1 not.

Examples:
  $ meatymusic up               start everything
  $ meatymusic down --volumes   the next one starts empty
`;

it('leaves help alone that fits', () => {
  expect(foldHelp(help, 60)).toBe(help);
});

it('folds prose, and puts what an example means below it', () => {
  expect(foldHelp(help, 40)).toBe(`
The first line of a paragraph that is
long and its second one. Exit codes: 0
well, 1 not.

Examples:
  $ meatymusic up
      start everything
  $ meatymusic down --volumes
      the next one starts empty
`);
});

it('never breaks an example', () => {
  const example = `  $ meatymusic verify --json | jq '.checks[]'`;
  expect(foldHelp(`\nExamples:\n${example}\n`, 30)).toBe(`\nExamples:\n${example}\n`);
});

import { expect, it } from 'vitest';
import { parseTargets, withAbsoluteReporter } from './targets.ts';

const names = ['json', 'tap', 'csv'];

it.each([
  ['json', { name: 'json' }],
  ['json=a.json', { name: 'json', file: 'a.json' }],
  ['json=out.js', { name: 'json', file: 'out.js' }],
  ['csv=a=b.ts', { name: 'csv', file: 'a=b.ts' }],
  ['./mine.ts', { name: './mine.ts' }],
  ['mine.mjs=out.txt', { name: 'mine.mjs', file: 'out.txt' }],
  ['./a=b/mine.ts=out.ts', { name: './a=b/mine.ts', file: 'out.ts' }],
])('parses %s', (text, target) => {
  expect(parseTargets([text], names)).toEqual([target]);
});

it.each([
  [['jsn'], 'there is no reporter "jsn"; nearest: json'],
  [['./mine'], 'there is no reporter "./mine"'],
  [['json='], 'the reporter json has no file after "="'],
  [['./mine.ts='], 'the reporter ./mine.ts has no file after "="'],
  [['json', './mine.ts'], 'two reports cannot share standard output: json, ./mine.ts'],
  [['json=a', 'tap=a'], 'two reports cannot share the file a'],
])('refuses %j', (texts, message) => {
  expect(() => parseTargets(texts, names)).toThrow(message);
});

it.each([
  ['mine.ts', '/home/me/mine.ts'],
  ['../mine.ts=out.txt', '/home/mine.ts=out.txt'],
  ['/other/mine.ts', '/other/mine.ts'],
  ['json=out.ts', 'json=out.ts'],
])('resolves the file of a reporter in the folder of the call: %s', (text, absolute) => {
  expect(withAbsoluteReporter(text, '/home/me')).toBe(absolute);
});

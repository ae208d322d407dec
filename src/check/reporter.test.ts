import { expect, test } from 'vitest';
import { problemsOfReporter } from './reporter.ts';

const valid = { name: 'csv', render: () => '' };

test.each([
  ['a text', valid],
  ['files', { name: 'my-site.v2', files: () => ({}) }],
  ['workflow commands', { ...valid, commands: true }],
])('a reporter of %s has no problem', (_what, reporter) => {
  expect(problemsOfReporter(reporter)).toEqual([]);
});

test.each<[given: unknown, problem: string]>([
  [undefined, 'is no reporter; in a file: export default defineReporter({ name, render })'],
  [null, 'is no reporter; in a file: export default defineReporter({ name, render })'],
  ['csv', 'is no reporter; in a file: export default defineReporter({ name, render })'],
  [{ name: 'csv' }, 'is no reporter; in a file: export default defineReporter({ name, render })'],
  [{ render: valid.render }, '"name" is not a word'],
  [{ ...valid, name: 5 }, '"name" is not a word'],
  [{ ...valid, name: '' }, '"name" is not a word'],
  [{ ...valid, name: 'my csv' }, '"name" is not a word'],
  [{ ...valid, name: '/csv' }, '"name" is not a word'],
  [{ ...valid, name: 'csv/' }, '"name" is not a word'],
  [{ name: 'csv', render: 'text' }, '"render" is not a function'],
  [{ name: 'csv', files: {} }, '"files" is not a function'],
  [{ ...valid, files: () => ({}) }, 'has both "render" and "files"'],
  [{ ...valid, commands: 'yes' }, '"commands" is not true'],
])('%j has a problem', (given, problem) => {
  expect(problemsOfReporter(given)).toEqual([problem]);
});

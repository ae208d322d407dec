import { aliases } from './matcher.ts';

/** The meaning of a matcher, with a value that meets the expectation and one that does not. */
export interface MatcherExample {
  means: string;
  expectation: unknown;
  holds: unknown;
  fails: unknown;
}

const document = '{"name": "shop", "items": [{"id": "a", "n": 1}, {"id": "b", "n": 2}]}';

/** Meanings and examples of the matchers: the source of docs/matchers.md and of the published schema. */
const examples: Readonly<Record<string, MatcherExample>> = {
  equal: {
    means: 'The same value of the same type; lists in the same order',
    expectation: ['a', 'b'],
    holds: ['a', 'b'],
    fails: ['b', 'a'],
  },
  not: {
    means: 'The expectation does not hold; a value that cannot be judged meets neither',
    expectation: { 'contain-substring': 'error' },
    holds: 'all good',
    fails: 'an error',
  },
  and: {
    means: 'All expectations of the list hold',
    expectation: [{ ge: 200 }, { lt: 300 }],
    holds: 204,
    fails: 404,
  },
  or: { means: 'One expectation of the list holds', expectation: [200, 204], holds: 204, fails: 404 },
  'have-len': {
    means: 'The length of a text, list or map meets the expectation',
    expectation: { ge: 2 },
    holds: ['a', 'b'],
    fails: ['a'],
  },
  'have-key': {
    means: 'A key of a map meets the expectation',
    expectation: 'etag',
    holds: { etag: 'x' },
    fails: { age: '1' },
  },
  keys: {
    means: 'A map has all these keys',
    expectation: ['a', 'b'],
    holds: { a: 1, b: 2, c: 3 },
    fails: { a: 1 },
  },
  'have-key-with-value': {
    means: 'The values of these keys meet their expectations',
    expectation: { 'content-type': { 'have-prefix': 'text/html' } },
    holds: { 'content-type': 'text/html; charset=utf-8' },
    fails: { 'content-type': 'text/plain' },
  },
  gjson: {
    means: 'The results of these queries of a JSON text meet their expectations; the syntax is that of GJSON',
    expectation: { name: 'shop', 'items.#': 2, 'items.#(n==2).id': 'b' },
    holds: document,
    fails: '{"name": "shop", "items": []}',
  },
  gt: { means: 'Greater than the number', expectation: 10, holds: 11, fails: 10 },
  ge: { means: 'Greater than the number, or equal', expectation: 10, holds: 10, fails: 9 },
  lt: { means: 'Less than the number', expectation: 10, holds: 9, fails: 10 },
  le: { means: 'Less than the number, or equal', expectation: 10, holds: 10, fails: 11 },
  'have-prefix': {
    means: 'The text begins with this',
    expectation: 'nginx',
    holds: 'nginx/1.26',
    fails: 'Apache',
  },
  'have-suffix': {
    means: 'The text ends with this',
    expectation: '.png',
    holds: 'logo.png',
    fails: 'logo.gif',
  },
  'contain-substring': {
    means: 'The text contains this',
    expectation: 'ready',
    holds: 'is ready',
    fails: 'starting',
  },
  'match-regexp': {
    means: 'The regular expression matches; the syntax is RE2',
    expectation: '(?i)^healthy\\b',
    holds: 'Healthy since 10:02',
    fails: 'unhealthy',
  },
  'semver-constraint': {
    means: 'A version, or every version of a list, is in the range',
    expectation: '>=16.2.0 <17.0.0',
    holds: '16.4.1',
    fails: '17.0.0',
  },
  semver: {
    means: 'As `semver-constraint`, and accepts versions as programs print them, such as `v1.2`',
    expectation: '>=1.2.0',
    holds: 'v1.2',
    fails: 'v1.1',
  },
  'contain-element': {
    means: 'An element of the list, or a line of the text, meets the expectation',
    expectation: { 'have-prefix': 'app_' },
    holds: ['app_users', 'x'],
    fails: ['users'],
  },
  'contain-elements': {
    means: 'Each expectation has an element of its own, in any order; there may be others',
    expectation: ['a', { 'have-prefix': 'b' }],
    holds: ['bb', 'c', 'a'],
    fails: ['a', 'c'],
  },
  'consist-of': {
    means: 'Each expectation has an element of its own, in any order, and there are no others',
    expectation: ['a', 'b'],
    holds: ['b', 'a'],
    fails: ['a', 'b', 'c'],
  },
  contains: {
    means: 'The text, the list or the elements of a list are contained',
    expectation: 'ready',
    holds: 'is ready',
    fails: 'starting',
  },
};

/** Returns the example of a matcher; an alias has that of the matcher that it names. */
export function matcherExample(name: string): MatcherExample {
  const example = examples[aliases[name] ?? name];
  if (!example) throw new TypeError(`the matcher ${name} has no example`);
  return example;
}

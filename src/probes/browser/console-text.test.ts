import { expect, test } from 'vitest';
import { consoleText, exceptionText } from './console-text.ts';

test.each([
  [{ type: 'string', value: 'text' }, 'text'],
  [{ type: 'object', subtype: 'null', value: null }, 'null'],
  [{ type: 'undefined' }, 'undefined'],
  [{ type: 'number', unserializableValue: '-0', description: '-0' }, '-0'],
  [{ type: 'bigint', unserializableValue: '10n', description: '10n' }, '10n'],
  [{ type: 'object', subtype: 'node', description: 'body' }, 'body'],
  [
    {
      type: 'object',
      description: 'Object',
      preview: {
        properties: [
          { name: 'a', value: '1' },
          { name: 'b', value: 'Object' },
        ],
      },
    },
    '{a: 1, b: Object}',
  ],
  [
    {
      type: 'object',
      subtype: 'array',
      description: 'Array(5)',
      preview: {
        properties: [
          { name: '0', value: '1' },
          { name: '2', value: '3' },
          { name: '5', value: '6' },
        ],
      },
    },
    '[1, empty, 3, empty x 2, 6]',
  ],
  [{ type: 'object', description: 'Map(1)', preview: { properties: [] } }, 'Map(1)'],
])('%j is shown as %s', (value, text) => {
  expect(consoleText([value])).toBe(text);
});

test('values of a line are separated by spaces', () => {
  const values = [
    { type: 'string', value: 'a' },
    { type: 'number', value: 1 },
  ];
  expect(consoleText(values)).toBe('a 1');
});

test.each([
  ['TypeError: x: is not\na function\n    at http://web/:1:1', 'x: is not\na function'],
  ['Error\n    at http://web/:1:1', 'Error'],
])('an error is shown by its message: %j', (description, message) => {
  const exception = { type: 'object', subtype: 'error', description };
  expect(exceptionText({ text: 'Uncaught', exception })).toBe(message);
});

test('what is thrown and no error is shown whole', () => {
  expect(exceptionText({ text: 'Uncaught', exception: { type: 'string', value: 'text: x' } })).toBe(
    'text: x',
  );
  expect(exceptionText({ text: 'Uncaught' })).toBe('Uncaught');
});

import { expect, it } from 'vitest';
import { codeOf, Fault, messageOf } from './errors.ts';

it('keeps the cause, and a hint where there is one', () => {
  const cause = new Error('EADDRINUSE');
  const fault = new Fault({
    code: 'port-taken',
    message: 'Port 5432 is taken',
    hint: 'meatymusic down',
    cause,
  });
  expect(fault).toMatchObject({ code: 'port-taken', hint: 'meatymusic down', exitCode: 70, cause });
});

it.each([
  [undefined, 'a non-error was thrown: undefined'],
  ['text', 'text'],
  [new TypeError(''), 'TypeError'],
  [new AggregateError([new Error('a'), new Error('b')]), 'a; b'],
])('says what was thrown: %s', (thrown, message) => {
  expect(messageOf(thrown)).toBe(message);
});

it('finds the code of an error behind its causes', () => {
  const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  expect(codeOf(new Error('fetch failed', { cause: refused }))).toBe('ECONNREFUSED');
  expect(codeOf(null)).toBeUndefined();
});

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
  ['', 'an empty text was thrown'],
  [new TypeError(''), 'TypeError'],
  [new AggregateError([new Error('a'), new Error('b')]), 'a; b'],
])('says what was thrown: %s', (thrown, message) => {
  expect(messageOf(thrown)).toBe(message);
});

const hostile = () => {
  throw new Error('do not convert');
};

it.each<[string, unknown]>([
  ['a toString that throws', { toString: hostile }],
  ['a Symbol.toPrimitive that throws', { [Symbol.toPrimitive]: hostile }],
  ['no conversion at all', Object.create(null)],
  ['a message that throws', Object.defineProperty(new Error('a'), 'message', { get: hostile })],
  [
    'a message with a toString that throws',
    Object.assign(new Error('a'), { message: { toString: hostile } }),
  ],
  ['a proxy whose traps throw', new Proxy({}, { get: hostile, getPrototypeOf: hostile })],
])('finds a text for %s', (_name, thrown) => {
  expect(messageOf(thrown)).toBe('a non-error was thrown: an object that cannot be converted to text');
  expect(codeOf(thrown)).toBeUndefined();
});

it('limits how far it follows a circular error', () => {
  const cause = new Error('round');
  cause.cause = cause;
  expect(codeOf(cause)).toBeUndefined();
  const all = new AggregateError([], '');
  all.errors.push(all, new Error('a'));
  expect(messageOf(all)).toContain('a');
});

it('finds the code of an error behind its causes', () => {
  const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  expect(codeOf(new Error('fetch failed', { cause: refused }))).toBe('ECONNREFUSED');
  expect(codeOf(null)).toBeUndefined();
});

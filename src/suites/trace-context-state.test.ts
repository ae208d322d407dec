import { describe, expect, test } from 'vitest';
import { response } from '../testing/responses.ts';
import { sent, spanOf } from '../testing/trace-records.ts';
import { judgeState, membersOf, stateOf } from './trace-context-state.ts';
import type { ObservedCase } from './trace-context-suite.ts';

const members = (count: number) =>
  Array.from({ length: count }, (_, index) => `k${index}=v${index}`).join(',');

/** A request with a tracestate, and what the service has of it in the span that took the request over. */
const observed = (kept: string | undefined, more: Partial<ObservedCase> = {}): ObservedCase => ({
  ...{ name: 'a case', traceparent: sent.traceparent, tracestate: 'rojo=1,congo=2', expect: 'continue' },
  ...{ sent: sent.traceparent, ids: sent, spans: [] },
  ...(kept === undefined ? {} : { entry: spanOf('a', { traceState: kept }) }),
  ...more,
});
const both = { state: 'rojo=1,congo=2' };

test('white space and empty members are no part of a member', () => {
  expect(membersOf(' \trojo=a b \t, ,,\tcongo=2')).toEqual(['rojo=a b', 'congo=2']);
  expect(membersOf('')).toEqual([]);
});

test('the state is that of the span, else of the response', () => {
  const answered = { response: response(200, '', { tracestate: 'congo=2' }) };
  expect(stateOf(observed('rojo=1', answered))).toBe('rojo=1');
  expect(stateOf(observed('', answered))).toBe('');
  expect(stateOf(observed(undefined, { ...answered, entry: spanOf('a') }))).toBe('congo=2');
  expect(stateOf(observed(undefined, answered))).toBe('congo=2');
  expect(stateOf(observed(undefined))).toBeUndefined();
  expect(judgeState(observed(undefined, both))).toBeUndefined();
});

describe('a valid state', () => {
  test.each<[string, string, Partial<ObservedCase>]>([
    ['is kept', 'rojo=1,congo=2', both],
    ['is kept with other white space', 'rojo=1 , congo=2', both],
    ['is kept behind the member of the service', 'own=x,rojo=1,congo=2', both],
    ['is kept from two headers', 'rojo=1,congo=2', { ...both, tracestate: 'rojo=1', ...twice('congo=2') }],
    ['is kept from the second header alone', 'congo=2', { state: 'congo=2', ...twice('congo=2') }],
    ['need not be kept whole', 'rojo=1', {}],
    ['need not be kept', '', {}],
    ['of 32 members', members(32), { tracestate: members(32), state: members(32) }],
  ])('%s', (_, kept, more) => {
    expect(judgeState(observed(kept, more))).toBeUndefined();
  });

  test.each<[string, string, Partial<ObservedCase>, string]>([
    ['lost', '', both, 'the API has none'],
    ['lost for that of the service', 'own=x', both, 'the API has "own=x"'],
    ['kept in part', 'congo=2', both, 'the API has "congo=2"'],
    ['lost in part, with a member of the service', 'own=x,congo=2', both, 'the API has "own=x,congo=2"'],
    ['lost from the second header', 'rojo=1', { ...both, tracestate: 'rojo=1', ...twice('congo=2') }, ''],
  ])('%s', (_, kept, more, actual) => {
    expect(judgeState(observed(kept, more))).toEqual({
      code: 'state-lost',
      expected: 'tracestate rojo=1,congo=2, with a case',
      actual: actual || 'the API has "rojo=1"',
    });
  });

  test('in another order', () => {
    for (const kept of ['congo=2,rojo=1', 'congo=2,own=x,rojo=1']) {
      expect(judgeState(observed(kept, both))?.code).toBe('order-changed');
    }
  });

  test('a long one is shown in part', () => {
    const long = `k=${'v'.repeat(250)}`;
    const found = judgeState(observed(`own=${'w'.repeat(250)}`, { tracestate: long, state: long }));
    expect(found?.expected).toHaveLength('tracestate '.length + 200 + ', with a case'.length);
    expect(found?.actual).toHaveLength('the API has ""'.length + 200);
  });
});

describe('a state without its trace', () => {
  const alone = { expect: 'restart' as const, name: 'no traceparent', tracestate: 'rojo=1' };

  test('is dropped', () => {
    for (const kept of ['', 'own=x', 'rojo=2']) {
      expect(judgeState(observed(kept, alone))).toBeUndefined();
      expect(judgeState(observed(kept, { state: '', tracestate: 'rojo=1' }))).toBeUndefined();
    }
  });

  test('is kept', () => {
    const expected = 'no tracestate, with no traceparent';
    for (const kept of ['rojo=1', 'own=x,rojo=1']) {
      const actual = `the API has "${kept}"`;
      expect(judgeState(observed(kept, alone))).toEqual({ code: 'state-without-trace', expected, actual });
    }
    expect(judgeState(observed('rojo=1', { state: '', tracestate: 'rojo=1' }))?.code).toBe(
      'state-without-trace',
    );
  });
});

describe('what may not be kept', () => {
  const illegal = 'no member with an illegal key or value, with a case';

  test.each([
    ['33 members', members(33), 'at most 32 members, with a case'],
    ['a key twice', 'rojo=1,rojo=2', 'each key once, with a case'],
    ['a key twice among others', 'a=1,rojo=1,b=2,rojo=2', 'each key once, with a case'],
    ['a key in capitals', 'ROJO=1', illegal],
    ['a key with a space', 'ro jo=1', illegal],
    ['a key with a dot', 'ro.jo=1', illegal],
    ['a key that begins with an at sign', '@dt=1', illegal],
    ['a key that begins with a dash', '-dt=1', illegal],
    ['no key', '=1', illegal],
    ['a key of 257 characters', `${'k'.repeat(257)}=1`, illegal],
    ['a value of 257 characters', `k=${'v'.repeat(257)}`, illegal],
    ['an empty value', 'k=', illegal],
    ['an equals sign in a value', 'k=a=b', illegal],
    ['no equals sign', 'rojo', illegal],
    ['a character that is not ASCII', 'k=é', illegal],
    ['a control character', 'k=a\u0001b', illegal],
    ['an illegal member behind a legal one', 'rojo=1,ro.jo=1', illegal],
    ['an illegal member before a legal one', 'ro.jo=1,rojo=1', illegal],
  ])('%s', (_, kept, expected) => {
    expect(judgeState(observed(kept, both))).toMatchObject({ code: 'invalid-kept', expected });
  });

  test.each([
    'fw529a3039@dt=1',
    '1a=1',
    'a@b@c=1',
    'abcdefghijklmnopqrstuvwxyz0123456789_-*/@=1',
    `${'k'.repeat(256)}=1`,
    `k=${'v'.repeat(256)}`,
    'k=!"#$%&\'()*+-./:;<>?@[\\]^_`{|}~',
    'k= a b',
  ])('%s may be kept', (kept) => {
    expect(judgeState(observed(kept, { tracestate: kept, state: kept }))).toBeUndefined();
  });
});

function twice(value: string): Partial<ObservedCase> {
  return { again: { name: 'tracestate', value } };
}

test('a second traceparent is no tracestate', () => {
  const again = { name: 'traceparent' as const, value: 'congo=2' };
  expect(judgeState(observed('congo=2', { expect: 'restart', tracestate: 'rojo=1', again }))).toBeUndefined();
});
